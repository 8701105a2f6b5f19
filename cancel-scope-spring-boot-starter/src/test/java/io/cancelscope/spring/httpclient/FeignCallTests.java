package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import feign.Feign;
import feign.Param;
import feign.Request;
import feign.RequestLine;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of Feign's default client end with their scope, and are not sent a second time.
 * Its connections are the JDK's: one whose body hangs is stopped on virtual threads, and
 * waits for its timeout on others.
 */
@Timeout(60)
class FeignCallTests {

	private static final Duration BUDGET = Duration.ofSeconds(50);

	/** More than sockets buffer. */
	private static final byte[] LARGE = new byte[32 * 1024 * 1024];

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	private Peer peer;

	private Api api;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
		this.api = Feign.builder()
			.addCapability(new ScopedFeignCapability())
			.options(new Request.Options(50, TimeUnit.SECONDS, 50, TimeUnit.SECONDS, true))
			.target(Api.class, this.peer.url(""));
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	enum Phase {

		SENDING(Peer.DEAF), WAITING(Peer.SILENT), READING(Peer.HALF), DRIPPING(Peer.DRIP);

		private final String path;

		Phase(String path) {
			this.path = path;
		}

	}

	static Stream<Arguments> calls() {
		return Arrays.stream(Phase.values())
			.flatMap((phase) -> Arrays.stream(Worker.values())
				.filter((worker) -> phase != Phase.READING || worker == Worker.VIRTUAL)
				.map((worker) -> Arguments.of(phase, worker)));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void callEndsAtTheDeadline(Phase phase, Worker worker) throws Exception {
		FutureTask<String> call = worker
			.call(() -> this.scopes.call(ScopeOptions.named("quote").withTimeout(BUDGET), (scope) -> call(phase)));
		awaitPhase(phase);

		this.time.advance(BUDGET);

		assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quote' (50s) exceeded its deadline");
		assertThatItWasSentOnceAndAbandoned(phase);
	}

	@ParameterizedTest
	@MethodSource("calls")
	void callEndsWhenItsScopeIsCancelled(Phase phase, Worker worker) throws Exception {
		AtomicReference<CancelScope> quote = new AtomicReference<>();
		FutureTask<String> call = worker.call(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> {
			quote.set(scope);
			return call(phase);
		}));
		awaitPhase(phase);

		quote.get().cancel("nobody waits");

		assertThat(Worker.failure(call)).isInstanceOf(ScopeCancelledException.class)
			.hasMessage("scope 'quote' was cancelled: nobody waits");
		assertThatItWasSentOnceAndAbandoned(phase);
	}

	/** Nothing but its timeout ends a read of the JDK's on a platform thread. */
	@Test
	void hangingBodyIsGivenUpWhenAsMuchTimeHasPassedAsWasLeft() throws Exception {
		CancelScopes scopes = CancelScopes.create();

		FutureTask<String> call = Worker.PLATFORM.call(() -> scopes
			.call(ScopeOptions.named("quote").withTimeout(Duration.ofSeconds(1)), (scope) -> call(Phase.READING)));

		assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quote' (1s) exceeded its deadline");
	}

	@Test
	void nothingIsSentInACancelledScope() throws Exception {
		FutureTask<String> call = Worker.PLATFORM.call(() -> this.scopes.call(ScopeOptions.none(), (scope) -> {
			scope.cancel();
			return call(Phase.WAITING);
		}));

		assertThat(Worker.failure(call)).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.peer.connections()).isZero();
	}

	@Test
	void connectionIsKeptAndACancellationAfterTheCallLeavesItAlone() throws Exception {
		CountDownLatch cancelled = new CountDownLatch(1);

		this.scopes.run(ScopeOptions.timeout(BUDGET), (scope) -> {
			assertThat(this.api.get("length") + this.api.get("chunked")).isEqualTo("finefine");
			scope.onCancel((reason) -> cancelled.countDown());
			scope.cancel();
			assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
		});

		assertThat(this.api.get("length")).isEqualTo("fine");
		assertThat(this.peer.connections()).isOne();
	}

	private String call(Phase phase) {
		String path = phase.path.substring(1);
		return (phase == Phase.SENDING) ? this.api.post(path, LARGE) : this.api.get(path);
	}

	private void awaitPhase(Phase phase) throws InterruptedException {
		this.peer.awaitRequest();
		if (phase == Phase.DRIPPING) {
			this.peer.awaitDrip();
		}
	}

	private void assertThatItWasSentOnceAndAbandoned(Phase phase) throws InterruptedException {
		this.peer.listen();
		this.peer.awaitAbandoned(phase.path);
		assertThat(this.peer.hasSeenNothing()).as("no other request").isTrue();
		assertThat(this.api.get("length")).isEqualTo("fine");
	}

	interface Api {

		@RequestLine("GET /{path}")
		String get(@Param("path") String path);

		@RequestLine("POST /{path}")
		String post(@Param("path") String path, byte[] body);

	}

}
