package io.cancelscope.spring.observation;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.cancelscope.Durations;
import io.cancelscope.spring.ScopeOutcome;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * The convention unless the user has one.
 */
final class DefaultCancelScopeObservationConvention implements CancelScopeObservationConvention {

	static final String NAME = "cancel.scope";

	private static final KeyValue OPEN = KeyValue.of("outcome", "open");

	private static final KeyValue UNLIMITED = KeyValue.of("budget", "none");

	@Override
	public String getName() {
		return NAME;
	}

	@Override
	public String getContextualName(CancelScopeObservationContext context) {
		return context.getScopeName();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(CancelScopeObservationContext context) {
		ScopeOutcome outcome = context.getOutcome();
		return KeyValues.of(KeyValue.of("name", context.getBoundedName()),
				(outcome != null) ? KeyValue.of("outcome", outcome.tag()) : OPEN);
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(CancelScopeObservationContext context) {
		@Nullable Duration budget = context.getBudget();
		return KeyValues.of((budget != null)
				? KeyValue.of("budget", Durations.format(budget.truncatedTo(ChronoUnit.MILLIS))) : UNLIMITED);
	}

}
