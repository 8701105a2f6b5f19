package io.cancelscope.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Says what the observations of scopes are called, and what they tell. A bean of this
 * type takes the place of ours.
 */
public interface CancelScopeObservationConvention extends ObservationConvention<CancelScopeObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof CancelScopeObservationContext;
	}

}
