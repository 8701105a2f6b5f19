package io.cancelscope.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Convention for the names and the key values of the observations of scopes. A bean of
 * this type replaces the default convention.
 */
public interface CancelScopeObservationConvention extends ObservationConvention<CancelScopeObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof CancelScopeObservationContext;
	}

}
