package io.cancelscope.spring.resilience;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.resilience.retry.MethodRetryEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * {@code @Retryable} in a scope, without a predicate of its own.
 */
@Timeout(120)
class RetryableTests {

	private final ManualTime time = new ManualTime();

	private final AtomicInteger attempts = new AtomicInteger();

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch never = new CountDownLatch(1);

	private final List<Boolean> aborted = new CopyOnWriteArrayList<>();

	private volatile CancelScope scope = CancelScope.current();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeResilienceAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(Desk.class, () -> new Desk())
		.withBean(Listener.class, () -> new Listener(this.aborted))
		.withUserConfiguration(Resilient.class);

	@AfterEach
	void threadIsClean() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void attemptThatTheDeadlineInterruptsIsTheLast() {
		run((desk) -> {
			CompletableFuture<Void> deadline = CompletableFuture.runAsync(() -> {
				meet(this.begun);
				this.time.advance(Duration.ofMillis(400));
			});

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(desk::blocks)
				.withMessage("scope 'Desk.blocks' (400ms) exceeded its deadline");

			assertThat(this.attempts).hasValue(1);
			assertThat(deadline).succeedsWithin(Duration.ofSeconds(20));
		});
	}

	@Test
	void failureAfterTheDeadlineIsWhatIsThrown() {
		run((desk) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> desk.fails(500))
				.withMessage("attempt 2 failed");
			assertThat(this.attempts).hasValue(2);
		});
	}

	@Test
	void waitThatWouldEndAfterTheDeadlineIsNotBegun() {
		run((desk) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(desk::waitsLong)
				.withMessage("attempt 1 failed");
			assertThat(this.attempts).hasValue(1);
			assertThat(this.aborted).as("events").containsExactly(false, true);
		});
	}

	@Test
	void waitEndsWhenTheScopeIsCancelledAndTheLastFailureIsThrown() {
		run((desk) -> {
			Thread caller = Thread.currentThread();
			CompletableFuture<Boolean> cancelled = CompletableFuture.supplyAsync(() -> {
				meet(this.begun);
				await().atMost(Duration.ofSeconds(20)).until(() -> caller.getState() == Thread.State.WAITING);
				return this.scope.cancel("client went away");
			});

			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(desk::waitsInTime)
				.withMessage("attempt 1 failed");

			assertThat(this.attempts).hasValue(1);
			assertThat(cancelled).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
		});
	}

	@Test
	void waitsAreThoseOfTheAnnotationOnTheTimeOfTheScope() {
		run((desk) -> {
			CompletableFuture<String> result = CompletableFuture.supplyAsync(desk::succeedsAtLast);
			for (int millis : new int[] { 100, 200, 400 }) {
				await().atMost(Duration.ofSeconds(20)).until(() -> this.time.pending() == 1);
				int before = this.attempts.get();
				this.time.advance(Duration.ofMillis(millis - 1));
				assertThat(this.attempts).hasValue(before);
				this.time.advance(Duration.ofMillis(1));
				await().atMost(Duration.ofSeconds(20)).until(() -> this.attempts.get() > before);
			}
			assertThat(result).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("attempt 4");
		});
	}

	@Test
	void attemptThatSucceedsIsTheOnlyOne() {
		run((desk) -> assertThat(desk.ask().text()).isEqualTo("attempt 1"));
	}

	@Test
	void withoutAScopeNothingChanges() {
		run((desk) -> assertThat(desk.unscoped()).isEqualTo("attempt 3"));
	}

	@Test
	void timeoutOfTheAnnotationCountsToo() {
		run((desk) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(desk::timesOut)
				.withMessage("attempt 1 failed");
			assertThat(this.attempts).hasValue(1);
		});
	}

	private void run(Consumer<Desk> test) {
		this.runner.run((context) -> test.accept(context.getBean(Desk.class)));
	}

	private static void meet(CountDownLatch latch) {
		try {
			if (!latch.await(20, TimeUnit.SECONDS)) {
				throw new IllegalStateException("It has not happened");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private String attempt(int failures) {
		String attempt = "attempt " + this.attempts.incrementAndGet();
		this.scope = CancelScope.current();
		this.begun.countDown();
		if (this.attempts.get() <= failures) {
			throw new IllegalStateException(attempt + " failed");
		}
		return attempt;
	}

	record Quote(String text) {
	}

	interface Supplier {

		Quote ask();

	}

	class Desk {

		private final Supplier supplier = () -> new Quote(attempt(0));

		@CancelScoped(timeout = "400ms", interrupt = true)
		@Retryable(maxRetries = 3, delay = 0)
		void blocks() throws InterruptedException {
			attempt(0);
			RetryableTests.this.never.await(5, TimeUnit.SECONDS);
		}

		@CancelScoped("1s")
		@Retryable(maxRetries = 10, delay = 0)
		void fails(long millis) {
			RetryableTests.this.time.advance(Duration.ofMillis(millis));
			attempt(Integer.MAX_VALUE);
		}

		@CancelScoped("1s")
		@Retryable(delay = 3_000)
		void waitsLong() {
			attempt(Integer.MAX_VALUE);
		}

		// tag::retry[]
		@CancelScoped("1s")
		@Retryable(delay = 300)
		Quote ask() {
			return supplier.ask();
		}
		// end::retry[]

		@CancelScoped("1h")
		@Retryable(delay = 10_000)
		void waitsInTime() {
			attempt(Integer.MAX_VALUE);
		}

		@CancelScoped
		@Retryable(delay = 100, multiplier = 2, maxRetries = 5)
		String succeedsAtLast() {
			return attempt(3);
		}

		@Retryable(delay = 1)
		String unscoped() {
			return attempt(2);
		}

		@CancelScoped
		@Retryable(delay = 10_000, timeout = 5_000)
		void timesOut() {
			attempt(Integer.MAX_VALUE);
		}

	}

	/** Hears of the retries as without a scope. */
	record Listener(List<Boolean> aborted) implements ApplicationListener<MethodRetryEvent> {

		@Override
		public void onApplicationEvent(MethodRetryEvent event) {
			this.aborted.add(event.isRetryAborted());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

}
