package io.cancelscope.spring.budget;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of all budgets in a response of the endpoint.
 *
 * @param window the time over which calls are learnt, such as {@code 1h}
 * @param minCalls the number of completed calls below which nothing is suggested
 * @param budgets the budgets, sorted by the name of the scope
 * @param hints timeouts of pools, clients and transactions that are longer than every
 * budget, one line each
 * @param change what is changed for all names at run time, or {@code null} if nothing is
 */
public record BudgetsDescriptor(String window, int minCalls, List<BudgetDescriptor> budgets, List<String> hints,
		BudgetDescriptor.@Nullable Change change) implements OperationResponseBody {

}
