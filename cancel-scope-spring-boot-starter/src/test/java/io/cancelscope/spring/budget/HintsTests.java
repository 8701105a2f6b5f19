package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.cancelscope.spring.ScopeBudget;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the calls tell about a budget.
 */
class HintsTests {

	private final Calls calls = new Calls(0);

	@Test
	void budgetThatFitsIsNoNews() {
		complete(100, 100, 500);

		assertThat(hints(budget(500))).isEmpty();
	}

	@Test
	void missingBudgetIsNamed() {
		complete(100, 100, 0);

		assertThat(hints(null)).containsExactly("no budget limits its calls");
	}

	/** They have one of the scopes around them. */
	@Test
	void callsWithinAnotherBudgetAreLimited() {
		complete(100, 100, 500);

		assertThat(hints(null)).isEmpty();
	}

	@Test
	void budgetThatIsLongerThanWhatIsLeftIsNamed() {
		complete(99, 100, 300);
		complete(1, 100, 800);

		assertThat(hints(budget(2_000)))
			.containsExactly("its budget of 2s never counted: the scopes around it left at most 800ms");
	}

	@Test
	void budgetThatMostCallsUseUpIsNamed() {
		complete(49, 100, 500);
		complete(51, 460, 500);

		assertThat(hints(budget(500))).containsExactly("half of its calls use more than 90 % of their budget");
	}

	@Test
	void fewCallsTellNothing() {
		complete(99, 100, 0);

		assertThat(hints(null)).isEmpty();
	}

	private static ScopeBudget budget(int millis) {
		return new ScopeBudget(Duration.ofMillis(millis), "@CancelScoped");
	}

	private void complete(int count, int millis, int budgetMillis) {
		for (int i = 0; i < count; i++) {
			long budget = TimeUnit.MILLISECONDS.toNanos(budgetMillis);
			this.calls.budget(budget);
			this.calls.completed(TimeUnit.MILLISECONDS.toNanos(millis), budget);
		}
	}

	private List<String> hints(@Nullable ScopeBudget budget) {
		Calls.Sum sum = new Calls.Sum();
		this.calls.addTo(sum);
		return Hints.of(sum, budget, 100).stream().map(Hint::text).toList();
	}

}
