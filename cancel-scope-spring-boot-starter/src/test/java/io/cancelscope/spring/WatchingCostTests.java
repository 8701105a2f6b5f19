package io.cancelscope.spring;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.actuate.CancelScopeActuateAutoConfiguration;
import io.cancelscope.spring.logging.CancelScopeLoggingAutoConfiguration;
import io.cancelscope.spring.metrics.CancelScopeMetricsAutoConfiguration;
import io.cancelscope.spring.observation.CancelScopeObservationAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What it costs to watch a scope, for docs/reference/observability.md. By hand, since
 * figures of a busy machine say nothing:
 * {@code ./mvnw -pl cancel-scope-core,cancel-scope-spring-boot-starter test -Dcost=true
 * -Dtest=WatchingCostTests -Dtest.jvm=-Xshare:auto
 * -Dsurefire.failIfNoSpecifiedTests=false}
 */
class WatchingCostTests {

	private static final int ROUNDS = 15;

	private static final int SCOPES = 300_000;

	@Test
	void costOfEachWatcherIsPrinted() {
		assumeTrue(Boolean.getBoolean("cost"), "It takes a minute, and proves nothing: run it with -Dcost=true");
		Map<String, Long> costs = new LinkedHashMap<>();
		String silent = "cancel-scope.logging.enabled=false";
		String unmeasured = "cancel-scope.metrics.enabled=false";

		costs.put("nobody watches", nanosPerScope(silent, unmeasured));
		costs.put("logging", nanosPerScope(unmeasured));
		costs.put("logging, with the name in the MDC", nanosPerScope(unmeasured, "cancel-scope.logging.mdc=true"));
		costs.put("metrics", nanosPerScope(silent));
		costs.put("the endpoint",
				nanosPerScope(silent, unmeasured, "management.endpoints.web.exposure.include=cancelscopes"));
		costs.put("observations, with a handler that does nothing",
				nanosPerScope(silent, unmeasured, "cancel-scope.observation.enabled=true"));

		costs.forEach((what, nanos) -> System.out.println(what + ": " + nanos + " ns"));
		assertThat(costs).hasSize(6);
	}

	private static long nanosPerScope(String... properties) {
		long[] best = { Long.MAX_VALUE };
		ObservationRegistry observations = ObservationRegistry.create();
		ObservationHandler<Observation.Context> idle = (context) -> true;
		observations.observationConfig().observationHandler(idle);
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EndpointAutoConfiguration.class, CancelScopeAutoConfiguration.class,
							CancelScopeActuateAutoConfiguration.class, CancelScopeLoggingAutoConfiguration.class,
							CancelScopeMetricsAutoConfiguration.class, CancelScopeObservationAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean(ObservationRegistry.class, () -> observations)
			.withPropertyValues(properties)
			.run((context) -> {
				CancelScopes scopes = context.getBean(CancelScopes.class);
				ScopeOptions options = ScopeOptions.named("quotes").withTimeout(Duration.ofSeconds(10));
				long[] rounds = new long[ROUNDS];
				for (int round = 0; round < ROUNDS; round++) {
					long start = System.nanoTime();
					for (int i = 0; i < SCOPES; i++) {
						scopes.run(options, CancelScope::check);
					}
					rounds[round] = (System.nanoTime() - start) / SCOPES;
				}
				Arrays.sort(rounds);
				best[0] = rounds[0];
			});
		return best[0];
	}

}
