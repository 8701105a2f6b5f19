package io.cancelscope.spring.observe;

import java.util.Map;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if some property says to observe: the mode of all, or that of a name.
 */
final class OnObserveMode extends SpringBootCondition {

	private static final Bindable<Map<String, String>> MODES = Bindable.mapOf(String.class, String.class);

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Map<String, String> modes = Binder.get(context.getEnvironment())
			.bind("cancel-scope.modes", MODES)
			.orElseGet(Map::of);
		ConditionMessage.Builder message = ConditionMessage.forCondition("cancel-scope.mode");
		if (isObserve(context.getEnvironment().getProperty("cancel-scope.mode", ""))) {
			return ConditionOutcome.match(message.because("all scopes are only observed"));
		}
		if (modes.values().stream().anyMatch(this::isObserve)) {
			return ConditionOutcome.match(message.because("the scopes of some names are only observed"));
		}
		return ConditionOutcome.noMatch(message.because("scopes are cancelled, and nobody said 'observe'"));
	}

	private boolean isObserve(String mode) {
		return mode.trim().equalsIgnoreCase("observe");
	}

}
