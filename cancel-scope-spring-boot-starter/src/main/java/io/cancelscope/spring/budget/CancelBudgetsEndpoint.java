package io.cancelscope.spring.budget;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;

/**
 * Endpoint {@code cancelbudgets}, which returns the budgets in force, how long calls
 * take, and a budget that fits them.
 */
@Endpoint(id = "cancelbudgets", defaultAccess = Access.READ_ONLY)
public class CancelBudgetsEndpoint {

	private final BudgetReport report;

	CancelBudgetsEndpoint(BudgetReport report) {
		this.report = report;
	}

	/**
	 * Returns the budgets of all names that had calls.
	 * @return the budgets
	 */
	// With the contents of the web extension, which would not replace it otherwise.
	@ReadOperation(producesFrom = BudgetsContent.class)
	public BudgetsDescriptor budgets() {
		return this.report.all();
	}

	/**
	 * Returns the budget of one name.
	 * @param name the name of the scope; over HTTP, its slashes are those of the path
	 * @return the budget, or {@code null} if no call of this name has ended
	 */
	@ReadOperation
	public @Nullable BudgetDescriptor budget(@Selector(match = Match.ALL_REMAINING) String[] name) {
		return this.report.one(String.join("/", name));
	}

}
