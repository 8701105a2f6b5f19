package io.cancelscope.spring.docs;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of {@code docs/reference/annotation.md} and of guides for Spring, which is cut
 * from here.
 */
@Timeout(30)
class SpringPageTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(Quotes.class)
		.withBean(Connections.class);

	@Test
	void fallbackAnswersWhenTheTimeIsUp() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Quotes.class).best("OSL")).containsExactly("cached OSL, DEADLINE");
			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> context.getBean(CancelScopes.class)
					.run(ScopeOptions.timeout(Duration.ofMillis(100)),
							(around) -> context.getBean(Quotes.class).best("OSL")));
		});
	}

	@Test
	void workThatCantBeDoneInTimeIsNotBegun() {
		this.runner.run((context) -> assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> context.getBean(CancelScopes.class)
				.run(ScopeOptions.timeout(Duration.ofMillis(200)), (around) -> context.getBean(Quotes.class).report()))
			.withMessageContaining("it requires 300ms to start, and only 200ms are left"));
	}

	@Test
	void composedAnnotationHasABudgetOfItsOwn() {
		this.runner.run((context) -> assertThat(context.getBean(Quotes.class).listed()).isEqualTo("supplier, 500ms"));
	}

	@Test
	void blockInTheMiddleOfAMethodHasAScope() {
		this.runner.run((context) -> assertThat(context.getBean(Quotes.class).trip()).isEqualTo("seat in 300ms"));
	}

	@Test
	void futureIsAwaitedNoLongerThanTheScopeLasts() {
		this.runner.run((context) -> assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> context.getBean(Quotes.class).awaited()));
	}

	@Test
	void socketIsClosedWhenTheTimeIsUp() {
		this.runner.run((context) -> {
			AtomicReference<String> trail = new AtomicReference<>("open");
			CountDownLatch closed = new CountDownLatch(1);
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> context.getBean(Connections.class).read(() -> {
					trail.set("closed");
					closed.countDown();
				}, closed));
			assertThat(trail).hasValue("closed");
		});
	}

	@Test
	void exceptionOfYourOwnIsThrown() {
		this.runner.run((context) -> assertThatExceptionOfType(TooLate.class)
			.isThrownBy(() -> context.getBean(Connections.class).typed())
			.withCauseInstanceOf(DeadlineExceededException.class));
	}

	// tag::composed[]
	@CancelScoped(name = "supplier", interrupt = true)
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface SupplierCall {

		@AliasFor(annotation = CancelScoped.class)
		String timeout() default "500ms";

	}
	// end::composed[]

	@SuppressWarnings("serial")
	// tag::exception[]
	static class TooLate extends RuntimeException {

		TooLate(String message, Throwable cause) {
			super(message, cause);
		}

	}

	// end::exception[]

	@Service
	static class Quotes {

		private final ManualTime time;

		private final CancelScopes scopes;

		private final Executor pool = Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			return thread;
		});

		Quotes(ManualTime time, CancelScopes scopes) {
			this.time = time;
			this.scopes = scopes;
		}

		private List<String> search(String from) {
			this.time.advance(Duration.ofSeconds(1));
			this.scopes.check();
			return List.of(from);
		}

		// tag::fallback[]
		@CancelScoped(timeout = "800ms", fallback = "cached")
		List<String> best(String from) {
			return search(from);
		}

		private List<String> cached(String from, CancelReason reason) {
			return List.of("cached " + from + ", " + reason.kind());
		}
		// end::fallback[]

		// tag::requires[]
		@CancelScoped(requires = "300ms")
		String report() {
			return "takes 300 ms, or it isn't worth beginning";
		}
		// end::requires[]

		@SupplierCall
		String listed() {
			return CancelScope.current().name() + ", " + this.scopes.remaining().orElseThrow().toMillis() + "ms";
		}

		// tag::block[]
		private static final ScopeOptions SEATS = ScopeOptions.named("seats").withTimeout(Duration.ofMillis(300));

		String trip() {
			return scopes.call(SEATS, (seats) -> findSeat(seats.remaining().orElseThrow()));
		}
		// end::block[]

		private String findSeat(Duration left) {
			return "seat in " + left.toMillis() + "ms";
		}

		// tag::await[]
		@CancelScoped("800ms")
		String awaited() throws InterruptedException, ExecutionException {
			Future<String> answer = CompletableFuture.supplyAsync(this::ask, scopes.propagating(pool));
			return scopes.await(answer); // join() would wait for ever
		}
		// end::await[]

		private String ask() {
			this.time.advance(Duration.ofSeconds(1));
			this.scopes.check();
			return "never";
		}

	}

	@Service
	static class Connections {

		private final ManualTime time;

		Connections(ManualTime time) {
			this.time = time;
		}

		// tag::socket[]
		@CancelScoped("800ms")
		void read(Closeable socket, CountDownLatch closed) throws Exception {
			try (var stopping = CancelScope.current().onCancel((reason) -> close(socket))) {
				// hide[]
				assertThat(stopping).isNotNull();
				this.time.advance(Duration.ofSeconds(1));
				// show[]
				closed.await(); // blocks until the socket is closed
			}
			CancelScope.current().check();
		}
		// end::socket[]

		private void close(Closeable socket) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@CancelScoped(timeout = "800ms", exception = TooLate.class)
		void typed() {
			this.time.advance(Duration.ofSeconds(1));
			CancelScope.current().check();
		}

	}

}
