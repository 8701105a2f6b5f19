package io.cancelscope.spring.redis;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Auto-configuration that ends the commands of all {@link RedisConnectionFactory} beans
 * when their scope is cancelled.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass(RedisConnectionFactory.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.redis.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeRedisProperties.class)
@ImportRuntimeHints(RedisRuntimeHints.class)
@Import({ LettuceConfiguration.class, JedisConfiguration.class, CacheConfiguration.class })
public final class CancelScopeRedisAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeRedisFeature() {
		return CancelScopeFeature.named("redis");
	}

}
