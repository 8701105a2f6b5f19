package io.cancelscope;

import java.time.Duration;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Deadlines counted from now, on the time that the scopes live on.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class FromNowTests {

	private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void scopeIsMovedFromNowOnAndNotFromWhenItOpened() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
			scope.onCancel(() -> this.trail.add("stopped"));
			this.time.advance(seconds(4));

			assertThat(scope.reschedule(seconds(3))).isTrue();

			assertThat(scope.remaining()).contains(seconds(3));
			this.time.advance(seconds(3).minusNanos(1));
			assertThat(this.trail.words()).isEmpty();
			this.time.advance(Duration.ofNanos(1));
			assertThat(this.trail.words()).containsExactly("stopped");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT-2562047788015215H-30M-8S" })
	void zeroOrLessCancelsAtOnce(Duration past) {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
			scope.onCancel(() -> this.trail.add("stopped"));

			assertThat(scope.reschedule(past)).isTrue();

			assertThat(this.trail.words()).containsExactly("stopped");
			assertThat(scope.reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
			assertThat(scope.reschedule(seconds(9))).isFalse();
		}
	}

	@Test
	void longestDurationOverflowsNothing() {
		ManualTime wrapping = new ManualTime(Long.MAX_VALUE - 5);
		try (OpenScope scope = Scopes.on(wrapping).open(ScopeOptions.timeout(seconds(1)))) {
			assertThat(scope.reschedule(FOR_EVER)).isTrue();

			wrapping.advance(Duration.ofDays(365));

			assertThat(scope.isCancelled()).isFalse();
			assertThat(scope.remaining().orElseThrow()).isPositive();
		}
	}

	@Test
	void cancelledAndClosedScopesAreNotMoved() {
		OpenScope cancelled = this.scopes.open(ScopeOptions.none());
		cancelled.cancel();
		assertThat(cancelled.reschedule(seconds(9))).isFalse();
		cancelled.close();
		OpenScope closed = this.scopes.open(ScopeOptions.none());
		closed.close();

		assertThat(closed.reschedule(seconds(9))).isFalse();

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void scopeLivesOnTheTimeOfTheOneAround() {
		ManualTime other = new ManualTime(seconds(1_000_000).toNanos());
		try (OpenScope outer = this.scopes.open(ScopeOptions.none());
				OpenScope inner = Scopes.on(other).open(ScopeOptions.none())) {
			assertThat(inner.reschedule(seconds(2))).isTrue();

			other.advance(seconds(5));
			assertThat(inner.isCancelled()).isFalse();
			this.time.advance(seconds(2));
			assertThat(inner.isCancelled()).isTrue();
		}
	}

	@Test
	void deadlineOfTheScopesIsOnTheirTime() {
		this.time.advance(seconds(3));
		Deadline deadline = this.scopes.deadline(seconds(2));

		try (OpenScope scope = this.scopes.open(ScopeOptions.none().withDeadline(deadline))) {
			assertThat(scope.deadline()).contains(deadline);
			assertThat(scope.reschedule(this.scopes.deadline(seconds(4)))).isTrue();
			assertThat(scope.remaining()).contains(seconds(4));
		}
		assertThat(deadline).isEqualTo(Deadline.after(seconds(2), this.time));
		assertThat(deadline.remaining()).isEqualTo(seconds(2));
	}

	@Test
	void deadlineOfSystemScopesIsOneOfTheSystem() {
		Deadline deadline = CancelScopes.create().deadline(seconds(60));

		assertThat(deadline.isBefore(Deadline.after(seconds(120)))).isTrue();
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.scopes.open(ScopeOptions.none().withDeadline(deadline)))
			.withMessageContaining("Deadlines of different time sources cannot be compared");
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S" })
	void deadlineOfZeroOrLessHasPassed(Duration past) {
		Deadline deadline = this.scopes.deadline(past);

		assertThat(deadline.isExpired()).isTrue();
		assertThat(deadline.remaining()).isZero();
	}

	@Test
	void nullIsNamed() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThatNullPointerException().isThrownBy(() -> scope.reschedule((Duration) null)).withMessage("fromNow");
		}
		assertThatNullPointerException().isThrownBy(() -> this.scopes.deadline(null)).withMessage("fromNow");
	}

}
