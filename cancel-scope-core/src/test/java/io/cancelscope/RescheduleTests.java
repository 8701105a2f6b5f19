package io.cancelscope;

import java.time.Duration;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * R6: the opener moves the deadline of its scope.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class RescheduleTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void extendedScopeOutlivesTheOldInstant() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			scope.onCancel(this.trail.adding("cancelled"));

			assertThat(scope.reschedule(in(3))).isTrue();

			this.time.advance(seconds(2));
			assertThat(scope.isCancelled()).isFalse();
			assertThat(this.trail.words()).isEmpty();
			this.time.advance(seconds(1));
			assertThat(this.trail.words()).containsExactly("cancelled");
		}
	}

	@Test
	void shortenedScopeExpiresEarlier() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(9)))) {
			scope.onCancel(this.trail.adding("cancelled"));

			scope.reschedule(in(1));
			this.time.advance(seconds(1));

			assertThat(this.trail.words()).containsExactly("cancelled");
		}
	}

	@Test
	void shortenedIntoThePastIsCancelledAtOnce() {
		Deadline past = in(1);
		this.time.advance(seconds(5));
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(9)))) {
			scope.onCancel(this.trail.adding("cancelled"));

			assertThat(scope.reschedule(past)).isTrue();

			assertThat(scope.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.DEADLINE);
			assertThat(this.trail.words()).containsExactly("cancelled");
		}
	}

	@Test
	void cancelledScopeNeverComesBack() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			this.time.advance(seconds(1)); // nobody asks

			assertThat(scope.reschedule(in(9))).isFalse();

			assertThat(scope.isCancelled()).isTrue();
		}
	}

	@Test
	void closedScopeIsNotMoved() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		scope.close();

		assertThat(scope.reschedule(in(9))).isFalse();

		assertThat(scope.remaining()).isEmpty();
	}

	@Test
	void extendedChildDoesNotBeatItsParent() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(2)));
				OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			assertThat(child.reschedule(in(9))).isTrue();

			assertThat(child.deadline()).isEqualTo(parent.deadline());
		}
	}

	@Test
	void movedParentMovesTheChildrenThatSeeIt() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(2)));
				OpenScope child = this.scopes.open(ScopeOptions.none());
				OpenScope shielded = this.scopes.open(ScopeOptions.timeout(seconds(7)).shield())) {
			parent.reschedule(in(5));

			assertThat(child.remaining()).contains(seconds(5));
			assertThat(shielded.remaining()).contains(seconds(7));
		}
	}

	@Test
	void callbackBelowFollowsTheParentsMovedDeadline() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(1)));
				OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(3)))) {
			child.onCancel(this.trail.adding("child"));

			parent.reschedule(in(9));

			this.time.advance(seconds(3).minusNanos(1));
			assertThat(this.trail.words()).isEmpty();
			this.time.advance(Duration.ofNanos(1));
			assertThat(this.trail.words()).containsExactly("child");
		}
	}

	@Test
	void callbackRegisteredAfterAMoveWithNothingToWakeStillRuns() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			OpenScope early = this.scopes.openUnbound(ScopeOptions.none());
			early.onCancel(this.trail.adding("early")); // links the scope upward
			early.close();
			scope.reschedule(in(1));

			scope.onCancel(this.trail.adding("late"));
			this.time.advance(seconds(1));

			assertThat(this.trail.words()).containsExactly("late");
		}
	}

	@Test
	void callbackOfAChildOpenedAfterAMoveStillRuns() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			OpenScope early = this.scopes.openUnbound(ScopeOptions.none());
			early.onCancel(this.trail.adding("early"));
			early.close();
			scope.reschedule(in(1));

			try (OpenScope child = this.scopes.open(ScopeOptions.none())) {
				child.onCancel(this.trail.adding("child"));
				this.time.advance(seconds(1));
			}

			assertThat(this.trail.words()).containsExactly("child");
		}
	}

	@Test
	void deadlineSetLaterBubblesWithoutBeingAskedFor() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer").bubble());
				OpenScope inner = this.scopes.open(ScopeOptions.named("inner"))) {
			inner.reschedule(in(1));

			this.time.advance(seconds(1));

			assertThat(outer.reason()).get().extracting(CancelReason::origin).isEqualTo("inner");
		}
	}

	@Test
	void deadlineBehindAMovedOneBubblesWithoutBeingAskedFor() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer").withTimeout(seconds(1)).bubble());
				OpenScope inner = this.scopes.open(ScopeOptions.named("inner").withTimeout(seconds(3)))) {
			assertThat(outer.reschedule(in(9))).isTrue();

			this.time.advance(seconds(3));

			assertThat(outer.reason()).get().extracting(CancelReason::origin).isEqualTo("inner");
			assertThat(inner.reason()).isEqualTo(outer.reason());
		}
	}

	@Test
	void movingATwoThousandTimesLeavesOneTimer() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			scope.onCancel(this.trail.adding("cancelled"));

			for (int i = 0; i < 2000; i++) {
				scope.reschedule(in(5));
			}

			assertThat(this.time.pending()).isEqualTo(1);
		}
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void nullIsNamed() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThatNullPointerException().isThrownBy(() -> scope.reschedule((Deadline) null))
				.withMessage("deadline");
		}
	}

	private Deadline in(long seconds) {
		return Deadline.after(seconds(seconds), this.time);
	}

}
