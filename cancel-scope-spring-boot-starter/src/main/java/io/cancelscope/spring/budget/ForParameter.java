package io.cancelscope.spring.budget;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationArgumentResolver;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;

/**
 * Gives the argument {@code for} to the parameter {@code duration} of our endpoint, since
 * {@code for} is a keyword of Java and can't be the name of a parameter.
 */
final class ForParameter implements OperationInvokerAdvisor {

	private static final String ARGUMENT = "for";

	private static final String PARAMETER = "duration";

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType operationType, OperationParameters parameters,
			OperationInvoker invoker) {
		boolean changes = operationType == OperationType.WRITE
				&& endpointId.equals(EndpointId.of(CancelBudgetsEndpoint.ID));
		return changes ? (context) -> invoker.invoke(renamed(context)) : invoker;
	}

	private static InvocationContext renamed(InvocationContext context) {
		Object value = context.getArguments().get(ARGUMENT);
		SecurityContext security = context.resolveArgument(SecurityContext.class);
		if (value == null || security == null) {
			return context;
		}
		Map<String, Object> arguments = new LinkedHashMap<>(context.getArguments());
		arguments.remove(ARGUMENT);
		arguments.put(PARAMETER, value);
		return new InvocationContext(security, arguments, new OperationArgumentResolver() {

			@Override
			public boolean canResolve(Class<?> type) {
				return context.canResolve(type);
			}

			@Override
			public <T> @Nullable T resolve(Class<T> type) {
				return context.resolveArgument(type);
			}

		});
	}

}
