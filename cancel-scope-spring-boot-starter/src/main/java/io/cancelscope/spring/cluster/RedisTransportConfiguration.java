package io.cancelscope.spring.cluster;

import io.cancelscope.spring.cluster.CancelScopeClusterTransportProperties.Engine;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Redis as a transport.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(RedisConnectionFactory.class)
class RedisTransportConfiguration {

	@Bean
	TransportCandidate cancelScopeRedisTransport(CancelScopeClusterTransportProperties properties,
			ObjectProvider<RedisConnectionFactory> factories) {
		return new TransportCandidate(Engine.REDIS, () -> {
			RedisConnectionFactory factory = factories.getIfUnique();
			return (factory != null) ? new RedisTransport(factory, properties.channel(), properties.heartbeat()) : null;
		});
	}

}
