package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Scopes that are only observed: what would have cancelled them is told, and does
 * nothing.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class ObserveTests {

	private final ManualTime time = new ManualTime();

	private final Trail trail = new Trail();

	private final CancelScopes all = observing((name) -> true);

	private final CancelScopes some = observing("observed"::equals);

	@Test
	void deadlineThatPassedIsToldAtTheEnd() {
		try (OpenScope scope = this.all.open(ScopeOptions.named("search").withTimeout(seconds(1)))) {
			this.time.advance(seconds(3));

			assertThatNoException().isThrownBy(scope::check);
			assertThat(scope.isCancelled()).isFalse();
			assertThat(scope.remaining()).isEmpty();
			assertThat(scope.deadline()).isEmpty();
			assertThat(this.trail.words()).isEmpty();
		}

		assertThat(this.trail.words())
			.containsExactly("search DEADLINE by search: the budget of 1s is used up, after 3s");
	}

	@Test
	void whatEndedInTimeIsNotTold() {
		this.all.run(ScopeOptions.timeout(seconds(1)), (scope) -> this.time.advance(seconds(1).minusNanos(1)));

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void deadlineInThePastIsToldToo() {
		this.all.run(ScopeOptions.named("late").withTimeout(seconds(-1)).checkOnEnter(), CancelScope::check);

		assertThat(this.trail.words()).containsExactly("late DEADLINE by late: the budget of -1s is used up, after 0s");
	}

	@Test
	void cancelIsToldOnceAndDoesNothing() {
		this.all.run(ScopeOptions.named("a").withTimeout(seconds(1)), (scope) -> {
			scope.onCancel((reason) -> this.trail.add("callback"));

			assertThat(scope.cancel("enough")).isFalse();
			assertThat(scope.cancel(Kind.SHUTDOWN, "again", null)).isFalse();

			assertThat(scope.isCancelled()).isFalse();
			this.time.advance(seconds(2));
		});

		assertThat(this.trail.words()).containsExactly("a REQUESTED by a: enough");
	}

	@Test
	void blockedThreadIsNotInterrupted() throws Exception {
		CancelScopes real = CancelScopes.builder().observe((name) -> true).build();

		boolean counted = real.call(ScopeOptions.timeout(Duration.ofMillis(1)).interrupt(),
				(scope) -> new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS));

		assertThat(counted).isFalse();
	}

	@Test
	void failureIsToldOnlyWhereItWouldClimb() {
		OpenScope alone = this.all.openUnbound(ScopeOptions.named("alone"));
		alone.failed(new Exception("on purpose"));
		alone.close();
		try (OpenScope outer = this.all.open(ScopeOptions.named("outer").bubble());
				OpenScope inner = this.all.open(ScopeOptions.named("inner"))) {
			inner.failed(new Exception("on purpose"));

			assertThat(outer.isCancelled()).isFalse();
		}

		assertThat(this.trail.words())
			.containsExactly("inner FAILED by inner: the operation failed with java.lang.Exception: on purpose");
	}

	@Test
	void cancellationClimbsNoFurtherThanToAnObservedScope() {
		try (OpenScope outer = this.some.open(ScopeOptions.named("outer").bubble());
				OpenScope observed = this.some.open(ScopeOptions.named("observed"));
				OpenScope inner = this.some.open(ScopeOptions.named("inner"))) {
			assertThat(inner.cancel("enough")).isTrue();

			assertThat(observed.isCancelled()).isFalse();
			assertThat(outer.isCancelled()).isFalse();
		}

		assertThat(this.trail.words()).containsExactly("observed REQUESTED by inner: enough");
	}

	@Test
	void budgetOfAnObservedScopeBindsNobodyBelow() {
		this.some.run(ScopeOptions.named("observed").withTimeout(seconds(1)), (observed) -> {
			try (OpenScope inner = this.some.open(ScopeOptions.named("inner").withTimeout(seconds(5)))) {
				assertThat(inner.remaining()).hasValue(seconds(5));
				this.time.advance(seconds(5));

				assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(inner::check);
			}
		});

		assertThat(this.trail.words())
			.containsExactly("observed DEADLINE by observed: the budget of 1s is used up, after 5s");
	}

	@Test
	void cancellationAroundReachesAnObservedScope() {
		try (OpenScope outer = this.some.open(ScopeOptions.named("outer"));
				OpenScope observed = this.some.open(ScopeOptions.named("observed").withTimeout(seconds(1)))) {
			outer.cancel("enough");
			this.time.advance(seconds(2));

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(observed::check);
		}

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void movedDeadlineIsTheOneThatIsObserved() {
		try (OpenScope scope = this.all.open(ScopeOptions.named("a").withTimeout(seconds(1)))) {
			assertThat(scope.reschedule(Deadline.after(seconds(9), this.time))).isTrue();
			this.time.advance(seconds(8));
		}
		try (OpenScope scope = this.all.open(ScopeOptions.named("b"))) {
			assertThat(scope.reschedule(Deadline.after(seconds(9), this.time))).isTrue();
			this.time.advance(seconds(10));
			scope.close();

			assertThat(scope.reschedule(Deadline.after(seconds(9), this.time))).isFalse();
		}

		assertThat(this.trail.words()).containsExactly("b DEADLINE by b: the deadline has passed, after 10s");
	}

	@Test
	void closedOutOfOrderIsStillRefused() {
		OpenScope outer = this.all.open(ScopeOptions.named("outer"));
		OpenScope inner = this.all.open(ScopeOptions.named("inner"));

		assertThatIllegalStateException().isThrownBy(outer::close);

		inner.close();
		assertThat(this.trail.words()).containsExactly("inner MISNESTED by inner: scope 'outer' was closed first");
	}

	@Test
	void eachOfTwoListenersIsToldWhateverTheFirstThrows() {
		CancelScopes two = CancelScopes.builder()
			.timeSource(this.time)
			.observe((name) -> true)
			.listener(new Telling("first", new IllegalStateException("on purpose")))
			.listener(new Telling("second", null))
			.build();

		try (LogTrail log = new LogTrail()) {
			two.run(ScopeOptions.named("a"), CancelScope::cancel);

			assertThat(log.lines()).singleElement().asString().contains("'a'", "on purpose");
		}

		assertThat(this.trail.words()).containsExactly("first a", "second a");
	}

	@Test
	void withoutAListenerNothingIsTold() {
		CancelScopes silent = CancelScopes.builder().timeSource(this.time).observe((name) -> true).build();

		silent.run(ScopeOptions.timeout(seconds(1)), (scope) -> {
			this.time.advance(seconds(2));
			assertThat(scope.cancel()).isFalse();
			scope.check();
		});
	}

	@Test
	void scopeElsewhereOnTheTimeOfItsParentIsObservedAsWell() {
		CancelScopes around = CancelScopes.builder().timeSource(new ManualTime()).build();

		around.run(ScopeOptions.none(),
				(scope) -> this.all.run(ScopeOptions.named("inner"), (inner) -> inner.cancel("enough")));

		assertThat(this.trail.words()).containsExactly("inner REQUESTED by inner: enough");
	}

	@Test
	void nullIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> CancelScopes.builder().observe(null)).withMessage("names");
	}

	private CancelScopes observing(Predicate<String> names) {
		return CancelScopes.builder()
			.timeSource(this.time)
			.callbackExecutor(Runnable::run)
			.observe(names)
			.listener(new CancelScopeListener() {

				@Override
				public void observed(CancelScope scope, CancelReason reason) {
					ObserveTests.this.trail
						.add(scope.name() + " " + reason.kind() + " by " + reason.origin() + ": " + reason.message());
				}

			})
			.build();
	}

	private final class Telling implements CancelScopeListener {

		private final String who;

		private final @Nullable RuntimeException failure;

		Telling(String who, @Nullable RuntimeException failure) {
			this.who = who;
			this.failure = failure;
		}

		@Override
		public void observed(CancelScope scope, CancelReason reason) {
			ObserveTests.this.trail.add(this.who + " " + scope.name());
			if (this.failure != null) {
				throw this.failure;
			}
		}

	}

}
