package io.cancelscope.spring.cluster;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The transport that carries commands to the other nodes: Redis, PostgreSQL or Spring
 * Cloud Bus, unless the application defines its own {@link CancelTransport} bean.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("cancel-scope.cluster.enabled")
@EnableConfigurationProperties(CancelScopeClusterTransportProperties.class)
@Import({ RedisTransportConfiguration.class, PostgresTransportConfiguration.class, BusTransportConfiguration.class,
		TransportHealthConfiguration.class, TransportMetersConfiguration.class })
class TransportConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CancelTransport cancelScopeTransport(CancelScopeClusterTransportProperties properties,
			ObjectProvider<TransportCandidate> candidates) {
		return TransportChoice.choose(properties.transport(), candidates.stream());
	}

}
