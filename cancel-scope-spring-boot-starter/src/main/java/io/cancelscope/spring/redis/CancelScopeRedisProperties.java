package io.cancelscope.spring.redis;

import java.time.Duration;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.redis.*}.
 *
 * @param enabled Whether to end Redis commands when their scope is cancelled.
 * @param closeAfter Time from the cancellation of a scope until the connection of a
 * blocking command, such as BLPOP, is closed. Before that, the server is asked to end the
 * command, so that no element is lost.
 * @param onCancel Effect of a cancellation on a cache of Spring's cache abstraction that
 * stores its entries in Redis.
 */
@ConfigurationProperties("cancel-scope.redis")
public record CancelScopeRedisProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("100ms") Duration closeAfter, @DefaultValue("fail") OnCancel onCancel) {

	public CancelScopeRedisProperties {
		if (closeAfter.isNegative()) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.redis.close-after",
					Durations.format(closeAfter),
					"The duration must not be negative. Give a number and a unit, for example '100ms', or 0 to close"
							+ " at once.");
		}
	}

	/**
	 * Effects of a cancellation on a cache.
	 */
	public enum OnCancel {

		/** The cached method is not called, and its caller gets an exception. */
		FAIL,

		/** The method is called as if the cache had no entry. */
		MISS

	}

}
