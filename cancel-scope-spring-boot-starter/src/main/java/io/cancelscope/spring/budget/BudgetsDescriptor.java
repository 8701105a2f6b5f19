package io.cancelscope.spring.budget;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of all budgets in a response of the endpoint.
 *
 * @param window the time over which calls are learnt, such as {@code 1h}
 * @param minCalls the number of completed calls below which nothing is suggested
 * @param budgets the budgets, sorted by the name of the scope
 */
public record BudgetsDescriptor(String window, int minCalls,
		List<BudgetDescriptor> budgets) implements OperationResponseBody {

}
