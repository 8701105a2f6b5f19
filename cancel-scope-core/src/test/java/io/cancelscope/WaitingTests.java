package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Sleeping, and waiting for futures: waits that end with their scope.
 */
@Timeout(30)
class WaitingTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final CancelScopes real = CancelScopes.create();

	@Test
	void sleepLastsAsLongAsTheScopesTimeSays() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(9)));
			var outcome = other.start(() -> {
				other.arrive();
				scope.sleep(seconds(2));
				return scope.remaining();
			});
			other.awaitBlocked();

			this.time.advance(seconds(2));

			assertThat(outcome.value()).hasValue(seconds(7));
			scope.close();
			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void sleepEndsAtTheDeadline() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
			var outcome = other.start(() -> {
				other.arrive();
				scope.sleep(seconds(2));
				return null;
			});
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);
			assertThat(outcome.flag()).isFalse();
			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void sleepOnTheSystemsTimeEndsWithACancel() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.real.openUnbound(ScopeOptions.none());
			var outcome = other.start(() -> {
				other.arrive();
				scope.sleep(Duration.ofSeconds(Long.MAX_VALUE));
				return null;
			});
			other.awaitBlocked();

			scope.cancel("enough");

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class).hasMessageContaining("enough");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void sleepOnTheSystemsTimeEndsByItself() throws Exception {
		long before = System.nanoTime();

		this.real.run(ScopeOptions.none(), (scope) -> this.real.sleep(Duration.ofMillis(20)));
		CancelScope.current().sleep(Duration.ofMillis(20));

		assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(40_000_000);
	}

	@Test
	void sleepOfACancelledScopeDoesNotBegin() {
		this.real.run(ScopeOptions.none(), (scope) -> {
			scope.cancel();

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> scope.sleep(seconds(1000)));
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> scope.sleep(Duration.ZERO));
			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> scope.await(CompletableFuture.completedFuture("done")));
		});
	}

	@Test
	void foreignInterruptEndsASleepAsItself() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.real.openUnbound(ScopeOptions.none());
			var outcome = other.start(() -> {
				other.arrive();
				scope.sleep(seconds(1000));
				return null;
			});
			other.awaitBlocked();

			other.thread().interrupt();

			assertThat(outcome.failure()).isInstanceOf(InterruptedException.class);
		}
	}

	@Test
	void valueOfAFutureIsAwaited() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CompletableFuture<String> future = new CompletableFuture<>();
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.timeout(seconds(1)), (scope) -> {
				other.arrive();
				return this.scopes.await(future);
			}));
			other.awaitBlocked();

			future.complete("best");

			assertThat(outcome.value()).isEqualTo("best");
		}
		assertThat(CancelScope.current().await(CompletableFuture.completedFuture("root"))).isEqualTo("root");
	}

	@Test
	void waitingForAFutureEndsAtTheDeadlineAndLeavesItAlone() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CompletableFuture<String> future = new CompletableFuture<>();
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.timeout(seconds(1)), (scope) -> {
				other.arrive();
				return scope.await(future);
			}));
			other.awaitBlocked();

			this.time.advance(seconds(1));

			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);
			assertThat(outcome.flag()).isFalse();
			assertThat(future).isNotDone();
		}
	}

	@Test
	void failureOfAFuturePasses() {
		Exception failure = new Exception("on purpose");

		this.scopes.run(ScopeOptions.none(), (scope) -> {
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> scope.await(CompletableFuture.failedFuture(failure)))
				.withCause(failure);
			CompletableFuture<String> cancelled = new CompletableFuture<>();
			cancelled.cancel(false);
			assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> scope.await(cancelled));
		});
	}

	@Test
	void interruptionOfTheFuturesThreadIsItsFailure() {
		InterruptedException elsewhere = new InterruptedException("elsewhere");

		this.scopes.run(ScopeOptions.none(),
				(scope) -> assertThatExceptionOfType(ExecutionException.class)
					.isThrownBy(() -> scope.await(CompletableFuture.failedFuture(elsewhere)))
					.withCause(elsewhere));
	}

	@Test
	void futureThatFailedBecauseTheScopeWasCancelledIsCalledByTheScopesException() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CompletableFuture<String> future = new CompletableFuture<>();
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote"));
			scope.onCancel((reason) -> future.completeExceptionally(new IllegalStateException(thrownByCheckOf(scope))));
			var outcome = other.start(() -> {
				other.arrive();
				return scope.await(future);
			});
			other.awaitBlocked();

			scope.cancel("enough");

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'quote' was cancelled: enough");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void futureThatFailedWithAnotherScopesExceptionFailed() {
		OpenScope another = this.scopes.openUnbound(ScopeOptions.named("another"));
		another.cancel();
		Throwable theirs = thrownByCheckOf(another);

		this.scopes.run(ScopeOptions.none(),
				(scope) -> assertThatExceptionOfType(ExecutionException.class)
					.isThrownBy(() -> scope.await(CompletableFuture.failedFuture(theirs)))
					.withCause(theirs));
	}

	@Test
	void nullIsNamed() {
		CancelScope root = CancelScope.current();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThatNullPointerException().isThrownBy(() -> root.sleep(null)).withMessage("duration");
		assertThatNullPointerException().isThrownBy(() -> root.await(null)).withMessage("future");
		assertThatNullPointerException().isThrownBy(() -> scope.sleep(null)).withMessage("duration");
		assertThatNullPointerException().isThrownBy(() -> scope.await(null)).withMessage("future");
	}

	private static RuntimeException thrownByCheckOf(CancelScope cancelled) {
		try {
			cancelled.check();
		}
		catch (ScopeCancelledException ex) {
			return ex;
		}
		throw new AssertionError("It is not cancelled");
	}

}
