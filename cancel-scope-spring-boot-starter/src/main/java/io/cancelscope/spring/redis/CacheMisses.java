package io.cancelscope.spring.redis;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.cache.interceptor.AbstractCacheInvoker;

/**
 * Lets caches on Redis miss where they would fail because of a cancellation. The
 * application's error handler is known when all beans have been created.
 */
final class CacheMisses implements SmartInitializingSingleton {

	private final ObjectProvider<AbstractCacheInvoker> invokers;

	CacheMisses(ObjectProvider<AbstractCacheInvoker> invokers) {
		this.invokers = invokers;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.invokers
			.forEach((invoker) -> invoker.setErrorHandler(new MissingCacheErrorHandler(invoker.getErrorHandler())));
	}

}
