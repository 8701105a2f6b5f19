package io.cancelscope.spring.redis;

import io.cancelscope.ScopeCancelledException;
import org.jspecify.annotations.Nullable;

import org.springframework.cache.Cache;
import org.springframework.cache.interceptor.CacheErrorHandler;
import org.springframework.cache.transaction.TransactionAwareCacheDecorator;
import org.springframework.data.redis.cache.RedisCache;

/**
 * Ignores that a cache on Redis was not read or filled because a scope was cancelled. An
 * entry that was not removed is an error, because it would be used later.
 */
final class MissingCacheErrorHandler implements CacheErrorHandler {

	private final CacheErrorHandler handler;

	MissingCacheErrorHandler(CacheErrorHandler handler) {
		this.handler = handler;
	}

	@Override
	public void handleCacheGetError(RuntimeException exception, Cache cache, Object key) {
		if (!isMiss(exception, cache)) {
			this.handler.handleCacheGetError(exception, cache, key);
		}
	}

	@Override
	public void handleCachePutError(RuntimeException exception, Cache cache, Object key, @Nullable Object value) {
		if (!isMiss(exception, cache)) {
			this.handler.handleCachePutError(exception, cache, key, value);
		}
	}

	@Override
	public void handleCacheEvictError(RuntimeException exception, Cache cache, Object key) {
		this.handler.handleCacheEvictError(exception, cache, key);
	}

	@Override
	public void handleCacheClearError(RuntimeException exception, Cache cache) {
		this.handler.handleCacheClearError(exception, cache);
	}

	private static boolean isMiss(RuntimeException exception, Cache cache) {
		Cache target = (cache instanceof TransactionAwareCacheDecorator decorator) ? decorator.getTargetCache() : cache;
		return target instanceof RedisCache && ScopeCancelledException.findIn(exception) != null;
	}

}
