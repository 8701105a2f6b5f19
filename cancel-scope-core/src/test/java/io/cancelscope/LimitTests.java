package io.cancelscope;

import java.time.Duration;

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
 * {@code limit}: the timeout of one call, inside a budget.
 */
@ExtendWith(ThreadStaysClean.class)
class LimitTests {

	private static final Duration MILLI = Duration.ofMillis(1);

	private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void smallerOfTheTwoCounts() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
			this.time.advance(seconds(2));

			assertThat(scope.limit(seconds(9))).isEqualTo(seconds(3));
			assertThat(scope.limit(seconds(1))).isEqualTo(seconds(1));
			assertThat(scope.limit(LONGEST)).isEqualTo(seconds(3));
		}
	}

	@Test
	void budgetAroundCounts() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.timeout(seconds(5)));
				OpenScope inner = this.scopes.open(ScopeOptions.timeout(seconds(7)));
				OpenScope shielded = this.scopes.open(ScopeOptions.timeout(seconds(8)).shield())) {
			assertThat(inner.limit(seconds(9))).isEqualTo(outer.limit(seconds(9))).isEqualTo(seconds(5));
			assertThat(shielded.limit(seconds(9))).isEqualTo(seconds(8));
		}
	}

	@Test
	void movedDeadlineCounts() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.timeout(seconds(9)));
				OpenScope inner = this.scopes.open(ScopeOptions.none())) {
			assertThat(inner.limit(seconds(20))).isEqualTo(seconds(9));
			outer.reschedule(seconds(4));

			assertThat(inner.limit(seconds(20))).isEqualTo(seconds(4));
		}
	}

	@Test
	void lessThanAMillisecondOfBudgetIsAMillisecond() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			this.time.advance(seconds(1).minusNanos(1));

			assertThat(scope.limit(seconds(9))).isEqualTo(MILLI);
		}
	}

	@Test
	void lessThanAMillisecondAskedForIsAMillisecondWithAndWithoutABudget() {
		Duration little = Duration.ofNanos(1);
		try (OpenScope with = this.scopes.open(ScopeOptions.timeout(seconds(1)).detached());
				OpenScope without = this.scopes.open(ScopeOptions.none().detached())) {
			assertThat(with.limit(little)).isEqualTo(MILLI);
			assertThat(without.limit(little)).isEqualTo(MILLI);
			assertThat(CancelScope.current()).isSameAs(without);
		}
		assertThat(CancelScope.current().limit(little)).isEqualTo(MILLI);
	}

	@Test
	void withoutABudgetItIsWhatWasAskedFor() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThat(scope.limit(seconds(9))).isEqualTo(seconds(9));
			assertThat(scope.limit(LONGEST)).isEqualTo(LONGEST);
		}
		assertThat(CancelScope.current().limit(seconds(9))).isEqualTo(seconds(9));
	}

	@Test
	void cancelledScopeThrowsAsACheckDoes() {
		ScopeOptions options = ScopeOptions.none().exception((reason) -> new UnsupportedOperationException("mine"));
		try (OpenScope own = this.scopes.open(ScopeOptions.named("quote").withTimeout(seconds(1)));
				OpenScope made = this.scopes.open(options)) {
			this.time.advance(seconds(1));

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> own.limit(seconds(9)))
				.withMessage("scope 'quote' (1s) exceeded its deadline");
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> made.limit(seconds(9)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT-0.000000001S", "PT-2562047788015215H-30M-8S" })
	void whatIsNotPositiveIsRefusedWithTheNameTheValueAndTheWayOut(Duration wrong) {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("quote"))) {
			assertThatIllegalArgumentException().isThrownBy(() -> scope.limit(wrong))
				.withMessageContainingAll("'quote'", "must be positive, but was " + Durations.format(wrong),
						"such as 5s");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> CancelScope.current().limit(wrong))
			.withMessageContainingAll("'root'", Durations.format(wrong));
	}

	@Test
	void mistakeIsToldAlsoInACancelledScope() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();

			assertThatIllegalArgumentException().isThrownBy(() -> scope.limit(Duration.ZERO));
		}
	}

	@Test
	void nullIsNamed() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThatNullPointerException().isThrownBy(() -> scope.limit(null)).withMessage("atMost");
		}
		assertThatNullPointerException().isThrownBy(() -> CancelScope.current().limit(null)).withMessage("atMost");
	}

}
