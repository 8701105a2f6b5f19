package io.cancelscope.spring.redis;

import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;

import io.cancelscope.spring.ChangedLibrary;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;

import org.springframework.util.ReflectionUtils;

/**
 * Pools of Jedis: what creates their connections can be replaced.
 */
final class JedisPools {

	private static final @Nullable Field BUILDER = field(ConnectionFactory.class, "connectionBuilder",
			Connection.Builder.class, "commands of Jedis do not end with their scope");

	private JedisPools() {
	}

	/**
	 * Returns a field of the library.
	 * @param type the type of the field, or null if it may be any
	 * @param consequence what does not happen without it
	 * @return the field, or null if this version of the library does not have it
	 */
	static @Nullable Field field(Class<?> owner, String name, @Nullable Class<?> type, String consequence) {
		Field field = ReflectionUtils.findField(owner, name, type);
		if (field == null || !field.trySetAccessible()) {
			ChangedLibrary.report(owner, "a field '" + name + "'", consequence);
			return null;
		}
		return field;
	}

	/**
	 * Returns what creates the connections of a pool.
	 * @return null if it is unknown, reached already, or of another kind, which creates
	 * another kind of connection
	 */
	static Connection.@Nullable Builder builderOf(GenericObjectPool<Connection> pool) {
		return (BUILDER != null && pool.getFactory() instanceof ConnectionFactory connections
				&& ReflectionUtils.getField(BUILDER, connections) instanceof Connection.Builder builder
				&& builder.getClass() == Connection.Builder.class) ? builder : null;
	}

	static Opening<Connection> opening() {
		return new Opening<>(Connection::isConnected, Connection::disconnect);
	}

	/**
	 * Makes the commands of all connections end with their scope that a pool creates from
	 * now on.
	 * @param builder what creates them so far
	 * @param opening waits for connections; null if its connections would not be closed
	 */
	static void reach(GenericObjectPool<Connection> pool, Connection.Builder builder,
			CancelScopeRedisProperties properties, @Nullable Opening<Connection> opening) {
		if (BUILDER == null) {
			return;
		}
		ScopedConnectionBuilder scoped = new ScopedConnectionBuilder(builder, properties, opening);
		// Other threads may read the field, which is not volatile, without a lock.
		VarHandle.releaseFence();
		ReflectionUtils.setField(BUILDER, pool.getFactory(), scoped);
		// What the pool has made before is not of this kind.
		pool.clear();
	}

}
