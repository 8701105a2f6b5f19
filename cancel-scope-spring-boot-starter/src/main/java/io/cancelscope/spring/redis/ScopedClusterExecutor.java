package io.cancelscope.spring.redis;

import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import redis.clients.jedis.CommandFlagsRegistry;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.executors.ClusterCommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;

/**
 * Sends commands to a cluster by Jedis, several times if necessary. The pause before the
 * next attempt ends with the scope.
 */
final class ScopedClusterExecutor extends ClusterCommandExecutor {

	ScopedClusterExecutor(ClusterConnectionProvider provider, int maxAttempts, Duration maxTotalRetriesDuration,
			CommandFlagsRegistry flags) {
		super(provider, maxAttempts, maxTotalRetriesDuration, flags);
	}

	@Override
	protected void sleep(long millis) {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			super.sleep(millis);
			return;
		}
		try {
			scope.sleep(Duration.ofMillis(millis));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new JedisClusterOperationException(ex);
		}
		catch (RuntimeException ex) {
			throw ConnectionWait.translated(ex);
		}
	}

}
