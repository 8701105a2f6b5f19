package io.cancelscope.spring.redis;

import java.lang.reflect.Field;
import java.time.Duration;

import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandObjects;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.executors.DefaultCommandExecutor;

import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Gives a {@link JedisConnectionFactory} a client with a {@link ScopedJedisProvider}. A
 * client and its pool are tied for good, so both are replaced by others of the same
 * configuration.
 */
final class JedisClients {

	private static final @Nullable Field CLIENT = field(JedisConnectionFactory.class, "redisClient",
			UnifiedJedis.class);

	private static final @Nullable Field EXECUTOR = field(UnifiedJedis.class, "executor", null);

	private static final @Nullable Field COMMANDS = field(UnifiedJedis.class, "commandObjects", CommandObjects.class);

	private static final Duration UNLIMITED = Duration.ofDays(365);

	private JedisClients() {
	}

	private static @Nullable Field field(Class<?> owner, String name, @Nullable Class<?> type) {
		return JedisPools.field(owner, name, type, "the wait for a connection of Jedis does not end with its scope");
	}

	/**
	 * Returns whether a client can be replaced. One with an executor of its own retries,
	 * or whatever the application wants. One that renews its credentials ties them to its
	 * pool.
	 */
	static boolean canReplace(RedisClient client, JedisClientConfig config) {
		return CLIENT != null && EXECUTOR != null && COMMANDS != null
				&& ReflectionUtils.getField(EXECUTOR, client) instanceof DefaultCommandExecutor executor
				&& executor.getClass() == DefaultCommandExecutor.class && config.getAuthXManager() == null;
	}

	static void replace(JedisConnectionFactory factory, RedisClient client, ConnectionFactory connections,
			JedisClientConfig config, Opening<Connection> opening) {
		if (CLIENT == null || COMMANDS == null
				|| !(ReflectionUtils.getField(COMMANDS, client) instanceof CommandObjects commands)) {
			return;
		}
		GenericObjectPool<Connection> pool = client.getPool();
		ScopedJedisProvider provider = new ScopedJedisProvider(connections, configuration(pool), opening);
		ReflectionUtils.setField(CLIENT, factory, new Builder(provider, commands, config).build());
		if (pool.getBorrowedCount() == 0) {
			pool.close();
		}
		else {
			// It is in use: the factory was started again, with others before this.
			pool.setMinIdle(0);
			pool.setMaxIdle(0);
			pool.clear();
		}
	}

	/** Returns the configuration of a pool, for another one. */
	static GenericObjectPoolConfig<Connection> configuration(GenericObjectPool<Connection> pool) {
		GenericObjectPoolConfig<Connection> config = new GenericObjectPoolConfig<>();
		config.setMaxTotal(pool.getMaxTotal());
		config.setMaxIdle(pool.getMaxIdle());
		config.setMinIdle(pool.getMinIdle());
		config.setLifo(pool.getLifo());
		config.setFairness(pool.getFairness());
		// Limitation: a pool of Commons Pool 2.12 and 2.13 that is full does not wait
		// without a limit while another thread opens a connection. It spins, and no
		// interrupt ends that.
		config.setMaxWait(pool.getMaxWaitDuration().isNegative() ? UNLIMITED : pool.getMaxWaitDuration());
		config.setBlockWhenExhausted(pool.getBlockWhenExhausted());
		config.setTestOnCreate(pool.getTestOnCreate());
		config.setTestOnBorrow(pool.getTestOnBorrow());
		config.setTestOnReturn(pool.getTestOnReturn());
		config.setTestWhileIdle(pool.getTestWhileIdle());
		config.setTimeBetweenEvictionRuns(pool.getDurationBetweenEvictionRuns());
		config.setNumTestsPerEvictionRun(pool.getNumTestsPerEvictionRun());
		config.setMinEvictableIdleDuration(pool.getMinEvictableIdleDuration());
		config.setSoftMinEvictableIdleDuration(pool.getSoftMinEvictableIdleDuration());
		config.setEvictorShutdownTimeout(pool.getEvictorShutdownTimeoutDuration());
		config.setEvictionPolicy(pool.getEvictionPolicy());
		config.setJmxEnabled(pool.getJmxName() != null);
		return config;
	}

	/**
	 * A builder that takes over the commands of another client.
	 */
	private static final class Builder extends RedisClient.Builder {

		Builder(ScopedJedisProvider provider, CommandObjects commands, JedisClientConfig config) {
			this.connectionProvider = provider;
			this.commandObjects = commands;
			this.clientConfig = config;
		}

	}

}
