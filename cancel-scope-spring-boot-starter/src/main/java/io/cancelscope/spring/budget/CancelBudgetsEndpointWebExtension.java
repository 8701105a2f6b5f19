package io.cancelscope.spring.budget;

import java.security.Principal;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.MimeType;

/**
 * Web extension of the endpoint, which returns a table or properties to people, notes who
 * changes budgets, and says why it refuses to.
 */
@EndpointWebExtension(endpoint = CancelBudgetsEndpoint.class)
public class CancelBudgetsEndpointWebExtension {

	private static final MimeType TEXT = MimeType.valueOf("text/plain;charset=UTF-8");

	private final CancelBudgetsEndpoint endpoint;

	CancelBudgetsEndpointWebExtension(CancelBudgetsEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Returns the budgets of all names that had calls.
	 * @param accepted what the caller accepts
	 * @param format {@code properties} for lines to copy into
	 * {@code application.properties}, or {@code table}; by default what the caller
	 * accepts
	 * @return the budgets
	 */
	@ReadOperation(producesFrom = BudgetsContent.class)
	public WebEndpointResponse<Object> budgets(BudgetsContent accepted, @Nullable String format) {
		BudgetsDescriptor budgets = this.endpoint.budgets();
		if (format == null) {
			return (accepted == BudgetsContent.TABLE) ? text(BudgetsText.table(budgets))
					: new WebEndpointResponse<>(budgets, accepted.getProducedMimeType());
		}
		return switch (format) {
			case "properties" -> text(BudgetsText.properties(budgets));
			case "table" -> text(BudgetsText.table(budgets));
			default -> throw new InvalidEndpointRequestException(
					"The format is unknown. Give 'properties' or 'table', or leave it out for JSON",
					"The format is none of 'properties' and 'table'");
		};
	}

	/**
	 * Changes budget or mode of the scopes of one name that open from now on.
	 * @param security the security context of the caller
	 * @param name the name of the scope, with the slashes of the path
	 * @param timeout the new budget
	 * @param mode the new mode
	 * @param duration how long the change lasts, the parameter {@code for}
	 * @return the budget of the name; or status 400, and why
	 */
	@WriteOperation
	public WebEndpointResponse<Object> change(SecurityContext security,
			@Selector(match = Match.ALL_REMAINING) String[] name, @Nullable String timeout, @Nullable String mode,
			@Nullable String duration) {
		return answer(
				() -> this.endpoint.change(CancelBudgetsEndpoint.name(name), timeout, mode, duration, who(security)));
	}

	/**
	 * Changes budget or mode of all scopes that open from now on.
	 * @param security the security context of the caller
	 * @param timeout the new budget
	 * @param mode the new mode
	 * @param duration how long the change lasts, the parameter {@code for}
	 * @return the budgets of all names; or status 400, and why
	 */
	@WriteOperation
	public WebEndpointResponse<Object> changeAll(SecurityContext security, @Nullable String timeout,
			@Nullable String mode, @Nullable String duration) {
		return answer(() -> this.endpoint.changeAll(timeout, mode, duration, who(security)));
	}

	/**
	 * Reverts the change of one name, so that what is configured applies again.
	 * @param security the security context of the caller
	 * @param name the name of the scope, with the slashes of the path
	 * @return the budget of the name, or status 204 if no call of this name has ended
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> reset(SecurityContext security,
			@Selector(match = Match.ALL_REMAINING) String[] name) {
		return answer(() -> this.endpoint.reset(CancelBudgetsEndpoint.name(name), who(security)));
	}

	/**
	 * Reverts all changes, those of single names as well.
	 * @param security the security context of the caller
	 * @return the budgets of all names
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> resetAll(SecurityContext security) {
		return answer(() -> this.endpoint.resetAll(who(security)));
	}

	private static WebEndpointResponse<Object> answer(Supplier<? extends @Nullable Object> change) {
		try {
			Object answer = change.get();
			return (answer != null) ? new WebEndpointResponse<>(answer)
					: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
		}
		catch (IllegalArgumentException ex) {
			return new WebEndpointResponse<>(new RefusedChange(String.valueOf(ex.getMessage())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
	}

	private static @Nullable String who(SecurityContext security) {
		Principal principal = security.getPrincipal();
		return (principal != null) ? principal.getName() : null;
	}

	private static WebEndpointResponse<Object> text(String text) {
		return new WebEndpointResponse<>(text, TEXT);
	}

}
