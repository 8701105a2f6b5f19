package io.cancelscope;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How a wait ends if its scope is cancelled at the very moment when it ends by itself.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class WaitOutcomeTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT-2562047788015215H-30M-8S" })
	void sleepOfZeroOrLessOnlyChecks(Duration none) throws InterruptedException {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.sleep(none);

			assertThat(this.time.nanoTime()).isZero();
			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void sleepIsOnTheScopesTimeAndNotOnTheSystems() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			var outcome = other.start(() -> {
				other.arrive();
				scope.sleep(Duration.ofNanos(1));
				return this.time.nanoTime();
			});
			other.awaitBlocked();

			assertThat(this.time.pending()).isEqualTo(1);
			this.time.advance(Duration.ofNanos(1));

			assertThat(outcome.value()).isEqualTo(1);
			assertThat(this.time.pending()).isZero();
			scope.close();
		}
	}

	@Test
	void sleepThatEndsAfterTheDeadlineThrowsThoughNoTimerHasRung() {
		CancelScopes late = CancelScopes.builder().timeSource(new LateTimers()).build();
		try (OpenScope scope = late.open(ScopeOptions.named("quote").withTimeout(SECOND))) {
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> scope.sleep(seconds(2)))
				.withMessage("scope 'quote' (1s) exceeded its deadline");
		}
	}

	@Test
	void futureThatIsCancelledWithTheScopeEndsInTheScopesException() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("quote"))) {
			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> scope.await(endingWith(scope, new CancellationException("of the future"))))
				.withMessage("scope 'quote' was cancelled: enough");
		}
	}

	@Test
	void futureThatFailsWithOursWithTheScopeEndsInTheScopesException() {
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around"));
				OpenScope scope = this.scopes.open(ScopeOptions.named("quote"))) {
			OpenScope another = this.scopes.openUnbound(ScopeOptions.named("another"));
			another.cancel("of the other");

			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> scope.await(endingWith(around, new ExecutionException(another.exception()))))
				.withMessage("scope 'quote' was cancelled, along with 'around': enough");
		}
	}

	@Test
	void futureThatFailsByItselfJustBeforeTheScopeIsCancelledHasFailed() {
		IOException failure = new IOException("connection reset");
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("quote"))) {
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> scope.await(endingWith(scope, new ExecutionException(failure))))
				.withCause(failure);
		}
	}

	/**
	 * A future whose wait ends in an exception, and its scope is cancelled just then, by
	 * the waiting thread itself, which therefore is not interrupted.
	 */
	private static CompletableFuture<String> endingWith(CancelScope scope, Exception end) {
		return new CompletableFuture<>() {

			@Override
			public String get() {
				scope.cancel("enough");
				throw Sneaky.raise(end);
			}

		};
	}

	/**
	 * Time whose first timer, that of the deadline, is late, and whose second one, that
	 * of the sleep, is on time.
	 */
	private static final class LateTimers implements TimeSource {

		private final AtomicInteger timers = new AtomicInteger();

		private volatile long now;

		@Override
		public long nanoTime() {
			return this.now;
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			if (this.timers.incrementAndGet() == 2) {
				this.now += delayNanos;
				task.run();
			}
			return () -> {
			};
		}

	}

}
