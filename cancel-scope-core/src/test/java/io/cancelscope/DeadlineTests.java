package io.cancelscope;

import java.time.Duration;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * R1 to R5: what a deadline is, and which one counts.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class DeadlineTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void childThatAsksForMoreGetsTheParentsInstant() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.named("parent").withTimeout(seconds(2)));
				OpenScope child = this.scopes.open(ScopeOptions.named("child").withTimeout(seconds(10)))) {
			assertThat(child.deadline()).isEqualTo(parent.deadline());

			this.time.advance(seconds(2));

			assertThat(child.reason()).contains(parent.reason().orElseThrow());
			assertThat(child.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
		}
	}

	@Test
	void childThatAsksForLessExpiresAlone() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.named("parent").withTimeout(seconds(3)));
				OpenScope child = this.scopes.open(ScopeOptions.named("child").withTimeout(seconds(1)))) {
			this.time.advance(seconds(1));
			assertThat(child.isCancelled()).isTrue();
			assertThat(parent.isCancelled()).isFalse();

			this.time.advance(seconds(2));
			assertThat(parent.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
			assertThat(child.reason()).get().extracting(CancelReason::origin).isEqualTo("child");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void tieBelongsToTheAncestor(boolean parentIsAskedFirst) {
		Deadline same = Deadline.after(seconds(1), this.time);
		try (OpenScope parent = this.scopes.open(ScopeOptions.named("parent").withDeadline(same));
				OpenScope child = this.scopes.open(ScopeOptions.named("child").withDeadline(same))) {
			this.time.advance(seconds(1));
			if (parentIsAskedFirst) {
				assertThat(parent.isCancelled()).isTrue();
			}

			assertThat(child.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
			assertThat(parent.reason()).isEqualTo(child.reason());
		}
	}

	@Test
	void deadlineIsInheritedWithoutDrift() {
		try (OpenScope outermost = this.scopes.open(ScopeOptions.timeout(seconds(10)))) {
			Deadline instant = outermost.deadline().orElseThrow();

			assertInheritedBelow(instant, 50);
		}
	}

	private void assertInheritedBelow(Deadline instant, int levels) {
		this.time.advance(Duration.ofMillis(1));
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThat(scope.deadline()).contains(instant);
			if (levels > 1) {
				assertInheritedBelow(instant, levels - 1);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1_500_000_000 })
	void expiresAtItsInstantWhateverTheClockReads(long origin) {
		ManualTime wrapping = new ManualTime(origin);
		try (OpenScope scope = Scopes.on(wrapping).open(ScopeOptions.timeout(seconds(2)))) {
			wrapping.advance(seconds(2).minusNanos(1));
			assertThat(scope.isCancelled()).isFalse();
			assertThat(scope.remaining()).contains(Duration.ofNanos(1));

			wrapping.advance(Duration.ofNanos(1));
			assertThat(scope.isCancelled()).isTrue();
			assertThat(scope.remaining()).contains(Duration.ZERO);
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 5_000_000_000L })
	void childTakesTheEarlierOfTwoDeadlinesWhateverTheClockReads(long origin) {
		ManualTime wrapping = new ManualTime(origin);
		CancelScopes scopes = Scopes.on(wrapping);
		try (OpenScope late = scopes.open(ScopeOptions.timeout(seconds(10)));
				OpenScope early = scopes.open(ScopeOptions.timeout(seconds(1)));
				OpenScope late2 = scopes.open(ScopeOptions.timeout(seconds(10)))) {
			assertThat(late2.deadline()).isEqualTo(early.deadline());
			assertThat(early.deadline().orElseThrow().isBefore(late.deadline().orElseThrow())).isTrue();
			assertThat(late.deadline().orElseThrow().isBefore(early.deadline().orElseThrow())).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE / 2, Long.MAX_VALUE / 2 })
	void hugeBudgetsNeitherOverflowNorExpire(long origin) {
		ManualTime wrapping = new ManualTime(origin);
		CancelScopes scopes = Scopes.on(wrapping);
		for (Duration huge : new Duration[] { Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
				Duration.ofNanos(Long.MAX_VALUE), Duration.ofDays(1_000_000) }) {
			try (OpenScope scope = scopes.open(ScopeOptions.timeout(huge));
					OpenScope child = scopes.open(ScopeOptions.timeout(seconds(1)))) {
				assertThat(scope.isCancelled()).isFalse();
				assertThat(scope.remaining().orElseThrow()).isGreaterThan(Duration.ofDays(365));
				assertThat(child.remaining()).contains(seconds(1));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MIN_VALUE / 2 })
	void noBudgetIsExpiredFromTheStart(long origin) {
		CancelScopes scopes = Scopes.on(new ManualTime(origin));
		for (Duration none : new Duration[] { Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(Long.MIN_VALUE),
				Duration.ofNanos(Long.MIN_VALUE) }) {
			try (OpenScope parent = scopes.open(ScopeOptions.none());
					OpenScope scope = scopes.open(ScopeOptions.timeout(none))) {
				assertThat(scope.remaining()).contains(Duration.ZERO);
				assertThat(scope.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.DEADLINE);
				assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(scope::check);
				assertThat(parent.isCancelled()).isFalse();
			}
		}
	}

	@Test
	void bodyOfAnExpiredScopeStarts() {
		String result = this.scopes.call(ScopeOptions.timeout(Duration.ZERO), (scope) -> "started");

		assertThat(result).isEqualTo("started");
	}

	@Test
	void deadlineInThePastExpiresAtOnce() {
		Deadline past = Deadline.after(seconds(1), this.time);
		this.time.advance(seconds(5));

		try (OpenScope scope = this.scopes.open(ScopeOptions.none().withDeadline(past))) {
			assertThat(scope.isCancelled()).isTrue();
			assertThat(scope.deadline().orElseThrow().isExpired()).isTrue();
		}
	}

	@Test
	void scopeOpenedTooLateInACancelledOneHasItsReason() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.named("parent"))) {
			parent.cancel();

			try (OpenScope child = this.scopes.open(ScopeOptions.named("child").withTimeout(seconds(-1)))) {
				assertThat(child.reason()).isEqualTo(parent.reason()).isPresent();
			}
		}
	}

	@Test
	void scopeOpenedTooLateDoesNotOvertakeAnExpiryNobodyAskedFor() {
		Deadline past = Deadline.after(seconds(1), this.time);
		try (OpenScope parent = this.scopes.open(ScopeOptions.named("parent").withTimeout(seconds(2)).bubble())) {
			this.time.advance(seconds(3));

			try (OpenScope child = this.scopes.open(ScopeOptions.named("child").withDeadline(past).shield())) {
				assertThat(child.reason()).get().extracting(CancelReason::origin).isEqualTo("child");
				assertThat(parent.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
			}
		}
	}

	@Test
	void ofTimeoutAndDeadlineTheEarlierCounts() {
		Deadline inTwo = Deadline.after(seconds(2), this.time);

		try (OpenScope byDeadline = this.scopes.open(ScopeOptions.timeout(seconds(3)).withDeadline(inTwo));
				OpenScope byTimeout = this.scopes
					.open(ScopeOptions.timeout(seconds(1)).withDeadline(inTwo).detached())) {
			assertThat(byDeadline.remaining()).contains(seconds(2));
			assertThat(byTimeout.remaining()).contains(seconds(1));
		}
	}

	@Test
	void clockStartsWhenTheScopeOpens() {
		ScopeOptions options = ScopeOptions.timeout(seconds(2));
		this.time.advance(seconds(5));

		try (OpenScope scope = this.scopes.open(options)) {
			assertThat(scope.remaining()).contains(seconds(2));
		}
	}

	@Test
	void withoutADeadlineNothingRemainsAndNoTimerIsSet() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThat(scope.onCancel((reason) -> {
			})).isNotNull();

			assertThat(scope.remaining()).isEmpty();
			assertThat(scope.deadline()).isEmpty();
			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void expiryNeedsNoTimer() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			assertThat(this.time.pending()).isZero();

			this.time.advance(seconds(1));

			assertThat(scope.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.DEADLINE);
		}
	}

	@Test
	void remainingIsNeverNegative() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			this.time.advance(seconds(5));

			assertThat(scope.remaining()).contains(Duration.ZERO);
		}
	}

	@Test
	void cancellationLeavesTheDeadlineAndTakesWhatRemains() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ofHours(1)))) {
			Deadline before = scope.deadline().orElseThrow();

			scope.cancel();

			assertThat(scope.remaining()).contains(Duration.ZERO);
			assertThat(scope.deadline()).contains(before);
			assertThat(before.isExpired()).isFalse();
		}
	}

	@Test
	void attemptsShareTheOverallBudget() {
		try (OpenScope overall = this.scopes.open(ScopeOptions.named("overall").withTimeout(seconds(3)))) {
			assertThat(lengthOfAttempt()).isEqualTo(Duration.ofMillis(2500));
			assertThat(lengthOfAttempt()).isEqualTo(Duration.ofMillis(500));

			assertThat(overall.isCancelled()).isTrue();
		}
	}

	private Duration lengthOfAttempt() {
		try (OpenScope attempt = this.scopes.open(ScopeOptions.timeout(Duration.ofMillis(2500)))) {
			Duration length = attempt.remaining().orElseThrow();
			this.time.advance(length);
			assertThat(attempt.isCancelled()).isTrue();
			return length;
		}
	}

	@Test
	void scopeLivesOnItsParentsTime() {
		ManualTime other = new ManualTime(1000);
		CancelScopes others = Scopes.on(other);
		try (OpenScope parent = this.scopes.open(ScopeOptions.none());
				OpenScope child = others.open(ScopeOptions.timeout(seconds(2)))) {
			other.advance(seconds(5));
			assertThat(child.isCancelled()).isFalse();

			this.time.advance(seconds(2));
			assertThat(child.isCancelled()).isTrue();
			assertThat(parent.isCancelled()).isFalse();
		}
	}

	@Test
	void deadlineOfAnotherTimeSourceIsRefused() {
		Deadline foreign = Deadline.after(seconds(1), new ManualTime());

		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.scopes.open(ScopeOptions.none().withDeadline(foreign)))
			.withMessageContaining("time source");
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThatIllegalArgumentException().isThrownBy(() -> scope.reschedule(foreign));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> foreign.isBefore(Deadline.after(seconds(1), this.time)));
		}
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void earlierOfTwoDeadlinesIsTheEarlierOne() {
		Deadline one = Deadline.after(seconds(1), this.time);
		Deadline two = Deadline.after(seconds(2), this.time);

		assertThat(Deadline.earlierOf(one, two)).isSameAs(one);
		assertThat(Deadline.earlierOf(two, one)).isSameAs(one);
		assertThatNullPointerException().isThrownBy(() -> Deadline.earlierOf(one, null)).withMessage("b");
	}

	@Test
	void deadlineOfTheSystemsTimePasses() {
		assertThat(Deadline.after(Duration.ofDays(1)).isExpired()).isFalse();
		assertThat(Deadline.after(Duration.ZERO).isExpired()).isTrue();
		assertThat(Deadline.after(seconds(-1)).remaining()).isZero();
	}

}
