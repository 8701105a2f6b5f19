package io.cancelscope.spring.redis;

import io.lettuce.core.RedisClient;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Commands of Lettuce.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ LettuceConnectionFactory.class, RedisClient.class })
class LettuceConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static LettuceFactories cancelScopeLettuceFactories(ObjectProvider<CancelScopeRedisProperties> properties) {
		return new LettuceFactories(properties::getObject);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	FactoryRestarts cancelScopeLettuceRestarts(LettuceFactories factories) {
		return new FactoryRestarts(factories::reachAll, factories::lastPhase);
	}

}
