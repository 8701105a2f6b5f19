package io.cancelscope;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * The future of an asynchronous call ends with its scope, whatever the stage does, and
 * after all stops.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class CallAsyncCancelTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final CompletableFuture<String> stage = new CompletableFuture<>();

	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	@Test
	void futureFailsAtTheDeadlineThoughTheStageNeverEnds() {
		CompletableFuture<String> future = call(ScopeOptions.named("quotes").withTimeout(seconds(1)));

		this.time.advance(seconds(1));

		assertThat(catchThrowable(future::join)).cause()
			.isExactlyInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quotes' (1s) exceeded its deadline");
		assertThat(this.stage).isNotDone();
		assertThat(this.scope.get().details().closed()).isFalse();
	}

	@Test
	void exceptionIsThatOfTheFactory() {
		CompletableFuture<String> future = call(
				ScopeOptions.timeout(seconds(1)).exception((reason) -> new IllegalArgumentException("too slow")));

		this.time.advance(seconds(1));

		assertThat(catchThrowable(future::join)).hasCauseExactlyInstanceOf(IllegalArgumentException.class);
	}

	@Test
	void futureFailsAfterAllStopsAndOutsideOfAllScopes() {
		CompletableFuture<String> future = call(ScopeOptions.timeout(seconds(1)));
		future.whenComplete((value, failure) -> this.trail.add("told in " + CancelScope.current().name()));
		this.scope.get().onCancel(this.trail.adding("stop"));
		OpenScope below = Scopes.openIn(this.scope.get(), this.scopes, ScopeOptions.none());
		below.onCancel(this.trail.adding("stop below"));

		this.time.advance(seconds(1));

		assertThat(this.trail.words()).containsExactly("stop", "stop below", "told in root");
		below.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancelled", "partial", "failed" })
	void stageThatIsEndedByAStopEndsTheFutureAfterTheOtherStopsAndWithTheScopesException(String how) {
		CompletableFuture<String> future = call(ScopeOptions.timeout(seconds(1)));
		this.scope.get().onCancel(() -> end(how));
		this.scope.get().onCancel(this.trail.adding("second stop"));
		future.whenComplete((value, failure) -> this.trail.add("told"));

		this.time.advance(seconds(1));

		assertThat(catchThrowable(future::join)).hasCauseExactlyInstanceOf(DeadlineExceededException.class);
		assertThat(this.trail.words()).containsExactly("second stop", "told");
		assertThat(this.scope.get().details().closed()).isTrue();
	}

	private void end(String how) {
		switch (how) {
			case "cancelled" -> this.stage.cancel(true);
			case "partial" -> this.stage.complete("partial");
			default -> this.stage.completeExceptionally(new IllegalStateException("connection closed"));
		}
	}

	@Test
	void cancelOfTheFutureCancelsTheScopeAndThenTellsThoseWhoWait() {
		CompletableFuture<String> future = call(ScopeOptions.none());
		this.scope.get().onCancel((reason) -> this.trail.add("stop: " + reason.message()));
		future.whenComplete((value, failure) -> this.trail.add("told: " + failure.getClass().getSimpleName()));

		assertThat(future.cancel(true)).isTrue();

		assertThat(this.trail.words()).containsExactly("stop: the future of the call was cancelled",
				"told: CancellationException");
		assertThat(future.isCancelled()).isTrue();
		assertThat(catchThrowable(future::join)).isInstanceOf(CancellationException.class);
		assertThat(future.cancel(false)).isTrue();
		this.stage.complete("late");
		assertThat(this.scope.get().details().closed()).isTrue();
	}

	@Test
	void cancelOfAFutureThatIsDoneChangesNothing() {
		CompletableFuture<String> future = call(ScopeOptions.none());
		this.stage.complete("value");

		assertThat(future.cancel(true)).isFalse();

		assertThat(future).isCompletedWithValue("value");
		assertThat(this.scope.get().isCancelled()).isFalse();
	}

	@Test
	void cancelOfTheStageItselfCancelsTheFuture() {
		CompletableFuture<String> future = call(ScopeOptions.none());

		this.stage.cancel(true);

		assertThat(future.isCancelled()).isTrue();
		assertThat(this.scope.get().details().closed()).isTrue();
	}

	@Test
	void futureCancelledInObserveModeIsCancelledAndItsScopeIsNot() {
		CancelScopes observing = CancelScopes.builder().timeSource(this.time).observe((name) -> true).build();
		CompletableFuture<String> future = observing.callAsync(ScopeOptions.timeout(seconds(1)), (inside) -> {
			this.scope.set(inside);
			return this.stage;
		});
		this.time.advance(seconds(2));
		assertThat(future).isNotDone();

		assertThat(future.cancel(true)).isTrue();

		assertThat(this.scope.get().isCancelled()).isFalse();
		this.stage.complete("late");
		assertThat(this.scope.get().details().closed()).isTrue();
	}

	@Test
	void lateValueIsDroppedWithAndWithoutACheckOnExit() {
		for (ScopeOptions options : List.of(ScopeOptions.none(), ScopeOptions.none().checkOnExit())) {
			CompletableFuture<String> late = new CompletableFuture<>();
			CompletableFuture<String> future = this.scopes.callAsync(options, (inside) -> {
				this.scope.set(inside);
				return late;
			});

			this.scope.get().cancel("enough");
			late.complete("late");

			assertThat(catchThrowable(future::join)).hasCauseInstanceOf(ScopeCancelledException.class);
			assertThat(this.scope.get().details().closed()).isTrue();
		}
	}

	@Test
	void checkOnExitKeepsAValueInTime() {
		CompletableFuture<String> future = call(ScopeOptions.timeout(seconds(1)).checkOnExit());

		this.stage.complete("in time");

		assertThat(future).isCompletedWithValue("in time");
	}

	@Test
	void valueThatComesWhenTheDeadlineHasPassedAndNoTimerHasRungIsDropped() {
		StoppedTimers clock = new StoppedTimers();
		CompletableFuture<String> future = CancelScopes.builder()
			.timeSource(clock)
			.build()
			.callAsync(ScopeOptions.timeout(seconds(1)), (inside) -> this.stage);
		clock.now = seconds(1).toNanos();

		this.stage.complete("late");

		assertThat(catchThrowable(() -> future.orTimeout(20, TimeUnit.SECONDS).join()))
			.hasCauseInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void cancelFromAboveFailsTheFuture() {
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around"))) {
			CompletableFuture<String> future = call(ScopeOptions.named("async"));

			around.cancel("enough");

			assertThat(catchThrowable(future::join)).cause()
				.hasMessage("scope 'async' was cancelled, along with 'around': enough");
		}
	}

	@Test
	void callGoesOnWhenTheScopeAroundHasClosed() {
		CompletableFuture<String> future;
		try (OpenScope around = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			future = call(ScopeOptions.timeout(seconds(5)));
		}
		this.time.advance(seconds(2));
		assertThat(future).isNotDone();

		this.time.advance(seconds(3));

		assertThat(catchThrowable(future::join)).hasCauseInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void beginningThatIsInterruptedThrowsTheScopesException() throws Exception {
		OtherThread other = new OtherThread();
		OtherThread.Outcome<CompletableFuture<String>> outcome = other.start(
				() -> this.scopes.<String, InterruptedException>callAsync(ScopeOptions.none().interrupt(), (inside) -> {
					this.scope.set(inside);
					other.arrive();
					Thread.sleep(20_000);
					return this.stage;
				}));
		other.awaitBlocked();

		this.scope.get().cancel("enough");

		assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
			.hasCauseInstanceOf(InterruptedException.class);
		assertThat(outcome.flag()).isFalse();
		assertThat(this.scope.get().details().closed()).isTrue();
	}

	@Test
	void stopThatBlocksDoesNotHoldUpTheFuture() {
		CancelScopes real = CancelScopes.create();
		CountDownLatch failed = new CountDownLatch(1);
		CompletableFuture<String> future = real.callAsync(ScopeOptions.none(), (inside) -> {
			this.scope.set(inside);
			inside.onCancel(() -> this.trail.add("failed meanwhile: " + Patience.await(failed)));
			return this.stage;
		});
		future.whenComplete((value, failure) -> failed.countDown());
		// Only now: registered with a scope whose time is up, the stop runs on this
		// thread.
		((OpenScope) this.scope.get()).reschedule(Duration.ofMillis(20));

		assertThat(catchThrowable(future::join)).hasCauseInstanceOf(DeadlineExceededException.class);

		await().until(() -> this.trail.words().contains("failed meanwhile: true"));
	}

	private CompletableFuture<String> call(ScopeOptions options) {
		return this.scopes.callAsync(options, (inside) -> {
			this.scope.set(inside);
			return this.stage;
		});
	}

	/** A clock whose timers never ring. */
	private static final class StoppedTimers implements TimeSource {

		private volatile long now;

		@Override
		public long nanoTime() {
			return this.now;
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			return () -> {
			};
		}

	}

}
