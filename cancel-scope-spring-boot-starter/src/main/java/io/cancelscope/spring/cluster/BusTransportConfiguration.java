package io.cancelscope.spring.cluster;

import io.cancelscope.spring.cluster.CancelScopeClusterTransportProperties.Engine;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.bus.BusBridge;
import org.springframework.cloud.bus.BusProperties;
import org.springframework.cloud.bus.event.Destination;
import org.springframework.cloud.bus.jackson.RemoteApplicationEventScan;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Spring Cloud Bus as a transport.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(BusBridge.class)
@ConditionalOnBooleanProperty(name = "spring.cloud.bus.enabled", matchIfMissing = true)
@RemoteApplicationEventScan(basePackageClasses = ClusterCancelRemoteEvent.class)
@RegisterReflectionForBinding(ClusterCancelRemoteEvent.class)
class BusTransportConfiguration {

	@Bean
	TransportCandidate cancelScopeBusTransport(ApplicationContext context,
			CancelScopeClusterTransportProperties properties, ObjectProvider<BusBridge> bridges,
			ObjectProvider<BusProperties> busProperties, ObjectProvider<Destination.Factory> destinations) {
		return new TransportCandidate(Engine.BUS, () -> {
			BusProperties bus = busProperties.getIfAvailable();
			Destination.Factory factory = destinations.getIfAvailable();
			BusBridge bridge = bridges.getIfAvailable();
			return (bus != null && factory != null && bridge != null)
					? new BusTransport(context, bridge, bus.getId(), factory, properties.heartbeat()) : null;
		});
	}

}
