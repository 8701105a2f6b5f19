package io.cancelscope.spring.cluster;

import io.cancelscope.spring.cluster.ClusterTransportProperties.Engine;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.bus.BusBridge;
import org.springframework.cloud.bus.BusProperties;
import org.springframework.cloud.bus.event.Destination;
import org.springframework.cloud.bus.jackson.RemoteApplicationEventScan;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Spring Cloud Bus as a transport.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(BusBridge.class)
@ConditionalOnBooleanProperty(name = "spring.cloud.bus.enabled", matchIfMissing = true)
@RemoteApplicationEventScan(basePackageClasses = ClusterCancelRemoteEvent.class)
class BusTransportConfiguration {

	@Bean
	TransportCandidate cancelScopeBusTransport(ApplicationEventPublisher events, ObjectProvider<BusBridge> bridges,
			ObjectProvider<BusProperties> properties, ObjectProvider<Destination.Factory> destinations) {
		return new TransportCandidate(Engine.BUS, () -> {
			BusProperties bus = properties.getIfAvailable();
			Destination.Factory factory = destinations.getIfAvailable();
			return (bus != null && factory != null && bridges.getIfAvailable() != null)
					? new BusTransport(events, bus.getId(), factory) : null;
		});
	}

}
