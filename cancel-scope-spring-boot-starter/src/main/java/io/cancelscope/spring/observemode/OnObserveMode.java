package io.cancelscope.spring.observemode;

import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.ScopeSettings;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if some property says to observe, the mode of all, or that of a name; or if a
 * mode can be changed at run time, since the scopes' bean is told now whom to ask.
 */
final class OnObserveMode extends AnyNestedCondition {

	OnObserveMode() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@Conditional(OnProperty.class)
	static class Configured {

	}

	@ConditionalOnBean(BudgetChanges.class)
	static class Changeable {

	}

	/** Matches if some property says to observe. */
	static final class OnProperty extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("cancel-scope.mode");
			return ScopeSettings.isAnyObserved(context.getEnvironment())
					? ConditionOutcome.match(message.because("a mode is 'observe'"))
					: ConditionOutcome.noMatch(message.because("no mode is 'observe'"));
		}

	}

}
