package io.cancelscope.spring.budget;

import java.util.Locale;

import org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if the access to the endpoint is unrestricted, so that it may change budgets.
 */
final class OnChangeableBudgets extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Access access = new PropertiesEndpointAccessResolver(context.getEnvironment())
			.accessFor(EndpointId.of(CancelBudgetsEndpoint.ID), Access.READ_ONLY);
		ConditionMessage message = ConditionMessage.forCondition("access to cancelbudgets")
			.because("it is " + access.name().toLowerCase(Locale.ROOT));
		return new ConditionOutcome(access == Access.UNRESTRICTED, message);
	}

}
