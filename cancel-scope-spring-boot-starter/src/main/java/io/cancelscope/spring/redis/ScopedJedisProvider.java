package io.cancelscope.spring.redis;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * A pool of Jedis whose callers wait within their scope. The wait for a connection that
 * is free ends by an interrupt, the wait for one that is being opened in
 * {@link ScopedConnectionBuilder}.
 */
final class ScopedJedisProvider extends PooledConnectionProvider {

	private final Opening<Connection> opening;

	ScopedJedisProvider(ConnectionFactory connections, GenericObjectPoolConfig<Connection> config,
			Opening<Connection> opening) {
		super(connections, config);
		this.opening = opening;
	}

	@Override
	public Connection getConnection() {
		return (CancelScope.current() instanceof OpenScope scope) ? ConnectionWait.within(scope, super::getConnection)
				: super.getConnection();
	}

	@Override
	public Connection getConnection(CommandArguments arguments) {
		return getConnection();
	}

	@Override
	public void close() {
		super.close();
		this.opening.close();
	}

}
