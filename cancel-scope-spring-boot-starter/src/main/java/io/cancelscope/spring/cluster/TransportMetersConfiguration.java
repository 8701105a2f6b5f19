package io.cancelscope.spring.cluster;

import java.util.Locale;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The meters of the transport and of what comes by it.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.metrics.enabled", matchIfMissing = true)
class TransportMetersConfiguration {

	@Bean
	MeterBinder cancelScopeClusterMeters(CancelTransport transport, ObjectProvider<ClusterNode> nodes) {
		return (registry) -> {
			Gauge.builder("cancel.scope.cluster.connected", transport, (each) -> each.isConnected() ? 1 : 0)
				.description("1 if commands to cancel reach the other nodes, otherwise 0")
				.register(registry);
			// Absent if the application has a ClusterCancel bean of its own.
			nodes.ifAvailable((node) -> refused(node.refusals(), registry));
		};
	}

	/**
	 * One for each reason, from the start: a counter that appears with its first event is
	 * easily missed.
	 */
	private static void refused(Refusals refusals, MeterRegistry registry) {
		for (Refusal refusal : Refusal.values()) {
			FunctionCounter.builder("cancel.scope.cluster.refused", refusals, (all) -> all.count(refusal))
				.description("Messages of other nodes that were refused")
				.tag("reason", refusal.name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.register(registry);
		}
	}

}
