package io.cancelscope.benchmarks.stops;

import java.util.Arrays;
import java.util.Locale;

/**
 * Those that are beside each other, in the order of the table's columns.
 */
enum Contender {

	/** Timeouts of Spring Boot, the pool, the client and the JDK. */
	OWN_TIMEOUTS("Spring Boot, JDK", "own timeouts"),

	/** {@code CompletableFuture.orTimeout}. */
	OR_TIMEOUT("JDK", "orTimeout"),

	/** Resilience4j over a {@code CompletableFuture}, as its pages show it. */
	RESILIENCE4J("Resilience4j", "CompletableFuture"),

	/** Resilience4j over a pool's {@code Future}, which cancelling interrupts. */
	RESILIENCE4J_FUTURE("Resilience4j", "Future of a pool"),

	/** Failsafe. */
	FAILSAFE("Failsafe", "withInterrupt"),

	/** SmallRye Fault Tolerance without a container. */
	SMALLRYE("SmallRye", "Timeout"),

	/** Spring Framework's retries with a timeout. */
	SPRING_RETRY("Spring 7", "retry timeout"),

	/** gRPC's Context. */
	GRPC_CONTEXT("gRPC", "Context"),

	/** The starter. */
	CANCEL_SCOPE("cancel-scope", "");

	private final String library;

	private final String what;

	Contender(String library, String what) {
		this.library = library;
		this.what = what;
	}

	/** Whose it is, as the first of two lines. */
	String library() {
		return this.library;
	}

	/** What of it, as the second line; may be empty. */
	String what() {
		return this.what;
	}

	/** Both, in one line. */
	String label() {
		return (this.library + " " + this.what).strip();
	}

	/** As the names of figures end. */
	String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	boolean isOurs() {
		return this == CANCEL_SCOPE;
	}

	static Contender of(String id) {
		return Arrays.stream(values())
			.filter((contender) -> contender.id().equals(id))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("'" + id + "' is none of "
					+ Arrays.stream(values()).map(Contender::id).toList() + ". Name one of them."));
	}

	/** Called only in the JVM of this one, which alone has all that is needed. */
	Rival create() {
		return switch (this) {
			case OWN_TIMEOUTS -> new OwnTimeouts();
			case OR_TIMEOUT -> new OrTimeout();
			case RESILIENCE4J -> new LimitedCompletableFuture();
			case RESILIENCE4J_FUTURE -> new LimitedFuture();
			case FAILSAFE -> new FailsafeTimeout();
			case SMALLRYE -> new SmallRyeTimeout();
			case SPRING_RETRY -> new RetryTimeout();
			case GRPC_CONTEXT -> new GrpcContext();
			case CANCEL_SCOPE -> new Scopes();
		};
	}

}
