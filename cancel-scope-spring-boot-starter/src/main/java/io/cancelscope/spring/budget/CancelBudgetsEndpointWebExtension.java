package io.cancelscope.spring.budget;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.MimeType;

/**
 * Web extension of the endpoint, which returns a table or properties to people.
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

	private static WebEndpointResponse<Object> text(String text) {
		return new WebEndpointResponse<>(text, TEXT);
	}

}
