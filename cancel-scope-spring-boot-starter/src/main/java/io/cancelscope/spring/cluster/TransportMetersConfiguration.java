package io.cancelscope.spring.cluster;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The meter of the transport.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.metrics.enabled", matchIfMissing = true)
class TransportMetersConfiguration {

	@Bean
	MeterBinder cancelScopeClusterMeters(CancelTransport transport) {
		return (registry) -> Gauge
			.builder("cancel.scope.cluster.connected", transport, (each) -> each.isConnected() ? 1 : 0)
			.description("1 if commands to cancel reach the other nodes, otherwise 0")
			.register(registry);
	}

}
