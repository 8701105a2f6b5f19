package io.cancelscope.spring.redis;

import redis.clients.jedis.RedisClient;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Commands of Jedis.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ JedisConnectionFactory.class, RedisClient.class })
class JedisConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static JedisFactories cancelScopeJedisFactories(ObjectProvider<CancelScopeRedisProperties> properties) {
		return new JedisFactories(properties::getObject);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	FactoryRestarts cancelScopeJedisRestarts(JedisFactories factories) {
		return new FactoryRestarts(factories::reachAll, factories::lastPhase);
	}

}
