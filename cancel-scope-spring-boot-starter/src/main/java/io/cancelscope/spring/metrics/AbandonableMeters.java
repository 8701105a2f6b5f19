package io.cancelscope.spring.metrics;

import io.cancelscope.CancelScopes;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Meters of the calls behind {@code CancelScope.abandonable}, in the whole JVM.
 */
final class AbandonableMeters {

	private static final String PREFIX = "cancel.scope.abandonable.";

	/**
	 * Any instance reports the calls of all. A constant, because a registry holds the
	 * object of a meter weakly and may outlive the application context.
	 */
	private static final CancelScopes ANY = CancelScopes.create();

	private AbandonableMeters() {
	}

	/** Multiple application contexts may share a registry, which warns of duplicates. */
	static void register(MeterRegistry registry) {
		if (registry.find(PREFIX + "running").meter() != null) {
			return;
		}
		Gauge.builder(PREFIX + "running", ANY, (scopes) -> scopes.abandonableCalls().running())
			.description("Abandonable calls that are running, including calls whose callers have left")
			.register(registry);
		Gauge.builder(PREFIX + "limit", ANY, (scopes) -> scopes.abandonableCalls().limit())
			.description("Highest number of abandonable calls that can run at one time")
			.register(registry);
		FunctionCounter.builder(PREFIX + "left", ANY, (scopes) -> scopes.abandonableCalls().left())
			.description("Callers that have left their abandonable call")
			.register(registry);
	}

}
