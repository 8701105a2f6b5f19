package io.cancelscope.spring.redis;

import java.util.function.Supplier;

import io.cancelscope.spring.OneLineLog;
import org.apache.commons.pool2.impl.GenericObjectPool;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Reaches the clients of all {@link JedisConnectionFactory} beans.
 */
final class JedisFactories extends ConnectionFactories<JedisConnectionFactory> {

	private static final OneLineLog logger = OneLineLog.of(JedisFactories.class);

	private final Supplier<CancelScopeRedisProperties> properties;

	JedisFactories(Supplier<CancelScopeRedisProperties> properties) {
		super(JedisConnectionFactory.class);
		this.properties = properties;
	}

	@Override
	void reach(JedisConnectionFactory factory) {
		if (!factory.isRunning()) {
			return;
		}
		if (!factory.isUseUnifiedJedis()) {
			logger.debug(
					"Commands of this JedisConnectionFactory do not end with their scope: it uses the deprecated API");
			return;
		}
		RedisConnection connection = factory.getConnection();
		try (connection) {
			Object client = connection.getNativeConnection();
			if (client instanceof RedisClient one) {
				reach(factory, one);
			}
			else if (client instanceof RedisSentinelClient sentinel) {
				JedisSentinels.reach(sentinel, this.properties.get());
			}
			else if (client instanceof RedisClusterClient cluster) {
				JedisClusters.reach(factory, cluster, this.properties.get());
			}
		}
	}

	private void reach(JedisConnectionFactory factory, RedisClient client) {
		GenericObjectPool<Connection> pool = client.getPool();
		Connection.Builder builder = JedisPools.builderOf(pool);
		if (builder == null) {
			return;
		}
		JedisClientConfig config = builder.getClientConfig();
		Opening<Connection> opening = JedisClients.canReplace(client, config) ? JedisPools.opening() : null;
		JedisPools.reach(pool, builder, this.properties.get(), opening);
		if (opening != null) {
			JedisClients.replace(factory, client, (ConnectionFactory) pool.getFactory(), config, opening);
		}
	}

}
