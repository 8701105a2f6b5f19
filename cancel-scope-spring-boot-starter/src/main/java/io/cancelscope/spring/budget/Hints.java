package io.cancelscope.spring.budget;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.Durations;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.budget.Hint.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What is odd about a budget, as the calls show it.
 */
final class Hints {

	/** Of a budget: who uses more has no room. */
	private static final double MOST_USED = 0.9;

	private Hints() {
	}

	/**
	 * Returns one line for each thing that is odd.
	 * @param calls the calls of the window
	 * @param budget the budget in force, {@code null} for none
	 * @param minCalls nothing is said of fewer calls
	 */
	static List<Hint> of(Calls.Sum calls, @Nullable ScopeBudget budget, int minCalls) {
		if (calls.all() < minCalls) {
			return List.of();
		}
		List<Hint> hints = new ArrayList<>();
		if (budget == null && calls.longestBudget == 0) {
			hints.add(new Hint(Kind.NO_BUDGET, "no budget limits its calls"));
		}
		if (budget != null && calls.longestBudget > 0 && calls.longestBudget < budget.timeout().toNanos()) {
			hints.add(new Hint(Kind.NEVER_COUNTS,
					"its budget of " + Durations.format(budget.timeout())
							+ " never counted: the scopes around it left at most "
							+ Suggestion.shown(calls.longestBudget / 1_000)));
		}
		double used = calls.shares.getValueAtPercentile(50) / 1_000.0;
		if (used > MOST_USED) {
			hints.add(new Hint(Kind.USED_UP,
					"half of its calls use more than " + Suggestion.percent(MOST_USED) + " of their budget"));
		}
		return hints;
	}

}
