package io.cancelscope.spring.redis;

import java.lang.reflect.Field;
import java.util.function.Supplier;

import io.cancelscope.spring.ChangedLibrary;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Reaches the clients of all {@link JedisConnectionFactory} beans.
 */
final class JedisFactories extends ConnectionFactories<JedisConnectionFactory> {

	private static final OneLineLog logger = OneLineLog.of(JedisFactories.class);

	private static final @Nullable Field BUILDER = builderField();

	private final Supplier<CancelScopeRedisProperties> properties;

	JedisFactories(Supplier<CancelScopeRedisProperties> properties) {
		super(JedisConnectionFactory.class);
		this.properties = properties;
	}

	private static @Nullable Field builderField() {
		Field field = ReflectionUtils.findField(ConnectionFactory.class, "connectionBuilder", Connection.Builder.class);
		if (field == null || !field.trySetAccessible()) {
			ChangedLibrary.report(ConnectionFactory.class, "a field 'connectionBuilder'",
					"commands of Jedis do not end with their scope");
			return null;
		}
		return field;
	}

	@Override
	void reach(JedisConnectionFactory factory) {
		if (!factory.isRunning()) {
			return;
		}
		if (!factory.isUseUnifiedJedis() || factory.isRedisClusterAware() || factory.isRedisSentinelAware()) {
			logger.debug("Commands of this JedisConnectionFactory do not end with their scope: a cluster, a sentinel,"
					+ " or the deprecated API");
			return;
		}
		RedisConnection connection = factory.getConnection();
		try (connection) {
			if (connection.getNativeConnection() instanceof RedisClient client) {
				reach(factory, client);
			}
		}
	}

	private void reach(JedisConnectionFactory factory, RedisClient client) {
		if (BUILDER != null && client.getPool().getFactory() instanceof ConnectionFactory connections
				&& ReflectionUtils.getField(BUILDER, connections) instanceof Connection.Builder builder
				// Another kind of builder makes another kind of connection.
				&& builder.getClass() == Connection.Builder.class) {
			JedisClientConfig config = builder.getClientConfig();
			Opening<Connection> opening = JedisClients.canReplace(client, config)
					? new Opening<>(Connection::isConnected, Connection::disconnect) : null;
			ReflectionUtils.setField(BUILDER, connections,
					new ScopedConnectionBuilder(builder, this.properties.get(), opening));
			// What the pool has made before is not of this kind.
			client.getPool().clear();
			if (opening != null) {
				JedisClients.replace(factory, client, connections, config, opening);
			}
		}
	}

}
