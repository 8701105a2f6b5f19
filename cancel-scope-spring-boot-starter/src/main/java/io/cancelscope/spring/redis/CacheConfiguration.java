package io.cancelscope.spring.redis;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.cache.interceptor.AbstractCacheInvoker;
import org.springframework.cache.transaction.TransactionAwareCacheDecorator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.cache.RedisCache;

/**
 * Caches on Redis.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ RedisCache.class, AbstractCacheInvoker.class, TransactionAwareCacheDecorator.class })
@ConditionalOnProperty(name = "cancel-scope.redis.on-cancel", havingValue = "miss")
class CacheConfiguration {

	@Bean
	CacheMisses cancelScopeCacheMisses(ObjectProvider<AbstractCacheInvoker> invokers) {
		return new CacheMisses(invokers);
	}

}
