package io.cancelscope.spring.redis;

import java.lang.reflect.Field;
import java.util.concurrent.locks.Lock;

import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

import org.springframework.util.ReflectionUtils;

/**
 * Reaches a client of Jedis that sentinels tell its master. Each master has a pool of its
 * own. A {@link ScopedJedisPool} is put in the place of the first one, and in that of the
 * next one, too: the client closes the pool of the old master when it has created that of
 * the new one.
 * <p>
 * Limitation: commands that begin between those two steps do not end with their scope.
 */
final class JedisSentinels {

	private static final OneLineLog logger = OneLineLog.of(JedisSentinels.class);

	private static final String CONSEQUENCE = "commands of Jedis do not end with their scope if it uses sentinels";

	private static final @Nullable Field PROVIDER = JedisPools.field(UnifiedJedis.class, "provider",
			ConnectionProvider.class, CONSEQUENCE);

	private static final @Nullable Field POOL = JedisPools.field(SentineledConnectionProvider.class, "pool",
			ConnectionPool.class, CONSEQUENCE);

	private static final @Nullable Field LOCK = JedisPools.field(SentineledConnectionProvider.class, "initPoolLock",
			Lock.class, CONSEQUENCE);

	private JedisSentinels() {
	}

	static void reach(RedisSentinelClient client, CancelScopeRedisProperties properties) {
		if (PROVIDER != null
				&& ReflectionUtils.getField(PROVIDER, client) instanceof SentineledConnectionProvider one) {
			reach(one, properties);
		}
	}

	/**
	 * Race: the sentinels tell the client of another master meanwhile. Its own lock is
	 * held, so that the pool of the old master does not replace that of the new one.
	 */
	static void reach(SentineledConnectionProvider provider, CancelScopeRedisProperties properties) {
		if (POOL == null || LOCK == null || !(ReflectionUtils.getField(LOCK, provider) instanceof Lock lock)) {
			return;
		}
		lock.lock();
		try {
			if (ReflectionUtils.getField(POOL, provider) instanceof ConnectionPool pool
					&& !(pool instanceof ScopedJedisPool)) {
				ScopedJedisPool scoped = scoped(provider, pool, properties);
				if (scoped != null) {
					ReflectionUtils.setField(POOL, provider, scoped);
				}
			}
		}
		finally {
			lock.unlock();
		}
	}

	private static @Nullable ScopedJedisPool scoped(SentineledConnectionProvider provider, ConnectionPool pool,
			CancelScopeRedisProperties properties) {
		Connection.Builder builder = JedisPools.builderOf(pool);
		if (builder == null || builder.getClientConfig().getAuthXManager() != null) {
			logger.debug("Commands of this client of Jedis do not end with their scope:"
					+ " it has a cache, or renews its credentials");
			return null;
		}
		Opening<Connection> opening = JedisPools.opening();
		JedisPools.reach(pool, builder, properties, opening);
		ScopedJedisPool scoped = new ScopedJedisPool((ConnectionFactory) pool.getFactory(),
				JedisClients.configuration(pool), pool, opening, () -> reach(provider, properties));
		// Somebody may be about to use it, so it is not closed yet.
		pool.setMinIdle(0);
		pool.setMaxIdle(0);
		return scoped;
	}

}
