package io.cancelscope.spring.budget;

import java.util.function.Supplier;

import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Endpoint {@code cancelbudgets}, which returns the budgets in force, how long calls
 * take, and a budget that fits them. To allow changing budgets while the application
 * runs, set {@code management.endpoint.cancelbudgets.access=unrestricted}.
 */
@Endpoint(id = CancelBudgetsEndpoint.ID, defaultAccess = Access.READ_ONLY)
public class CancelBudgetsEndpoint {

	static final String ID = "cancelbudgets";

	private final BudgetReport report;

	private final Supplier<? extends @Nullable BudgetChanges> changes;

	CancelBudgetsEndpoint(BudgetReport report, Supplier<? extends @Nullable BudgetChanges> changes) {
		this.report = report;
		this.changes = changes;
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
	 * @return the budget, or {@code null} if no call of this name has ended and it is not
	 * changed
	 */
	@ReadOperation
	public @Nullable BudgetDescriptor budget(@Selector(match = Match.ALL_REMAINING) String[] name) {
		return this.report.one(name(name));
	}

	/**
	 * Changes budget or mode of the scopes of one name that open from now on.
	 * @param name the name of the scope; over HTTP, its slashes are those of the path
	 * @param timeout the new budget; by default it is left as it is
	 * @param mode the new mode, {@code enforce} or {@code observe}; by default it is left
	 * as it is
	 * @param duration how long the change lasts; by default until the next start. Over
	 * HTTP, the name of this parameter is {@code for}
	 * @return the budget of the name
	 */
	@WriteOperation
	public @Nullable BudgetDescriptor change(@Selector(match = Match.ALL_REMAINING) String[] name,
			@Nullable String timeout, @Nullable String mode, @Nullable String duration) {
		try {
			return change(name(name), timeout, mode, duration, null);
		}
		catch (IllegalArgumentException ex) {
			throw refused(ex);
		}
	}

	/**
	 * Changes budget or mode of all scopes that open from now on.
	 * @param timeout the new budget; by default it is left as it is
	 * @param mode the new mode, {@code enforce} or {@code observe}; by default it is left
	 * as it is
	 * @param duration how long the change lasts; by default until the next start. Over
	 * HTTP, the name of this parameter is {@code for}
	 * @return the budgets of all names
	 */
	@WriteOperation
	public BudgetsDescriptor changeAll(@Nullable String timeout, @Nullable String mode, @Nullable String duration) {
		try {
			return changeAll(timeout, mode, duration, null);
		}
		catch (IllegalArgumentException ex) {
			throw refused(ex);
		}
	}

	/**
	 * Reverts the change of one name, so that what is configured applies again.
	 * @param name the name of the scope; over HTTP, its slashes are those of the path
	 * @return the budget of the name, or {@code null} if no call of this name has ended
	 */
	@DeleteOperation
	public @Nullable BudgetDescriptor reset(@Selector(match = Match.ALL_REMAINING) String[] name) {
		return reset(name(name), null);
	}

	/**
	 * Reverts all changes, those of single names as well.
	 * @return the budgets of all names
	 */
	@DeleteOperation
	public BudgetsDescriptor resetAll() {
		return resetAll(null);
	}

	@Nullable BudgetDescriptor change(String name, @Nullable String timeout, @Nullable String mode, @Nullable String duration,
			@Nullable String who) {
		execute(new ChangeRequest(name, timeout, mode, duration, who).command());
		return this.report.one(name);
	}

	BudgetsDescriptor changeAll(@Nullable String timeout, @Nullable String mode, @Nullable String duration,
			@Nullable String who) {
		execute(new ChangeRequest(null, timeout, mode, duration, who).command());
		return this.report.all();
	}

	@Nullable BudgetDescriptor reset(String name, @Nullable String who) {
		execute(BudgetCommand.reset(name, who));
		return this.report.one(name);
	}

	BudgetsDescriptor resetAll(@Nullable String who) {
		execute(BudgetCommand.reset(null, who));
		return this.report.all();
	}

	private void execute(BudgetCommand command) {
		BudgetChanges changes = this.changes.get();
		if (changes == null) {
			throw new IllegalStateException("Cannot change budgets: the access to the endpoint '" + ID
					+ "' is restricted. Set management.endpoint.cancelbudgets.access to unrestricted.");
		}
		changes.execute(command);
	}

	static String name(String[] segments) {
		return String.join("/", segments);
	}

	private static InvalidEndpointRequestException refused(IllegalArgumentException ex) {
		String message = String.valueOf(ex.getMessage());
		return new InvalidEndpointRequestException(message, message, ex);
	}

}
