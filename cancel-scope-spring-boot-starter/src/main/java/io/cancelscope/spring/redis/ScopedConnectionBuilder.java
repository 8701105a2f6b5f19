package io.cancelscope.spring.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.AsideThreads;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Creates connections of Jedis whose commands end with their scope. Nothing ends the
 * connecting itself, so it runs on another thread, and its caller leaves with its scope.
 */
final class ScopedConnectionBuilder extends Connection.Builder {

	private static final Executor ASIDE = AsideThreads.create("cancel-scope-jedis-connect-");

	private final Connection.Builder builder;

	private final CancelScopeRedisProperties properties;

	private final @Nullable Opening<Connection> opening;

	/**
	 * Creates one.
	 * @param opening waits for connections; null if its connections would not be closed
	 */
	ScopedConnectionBuilder(Connection.Builder builder, CancelScopeRedisProperties properties,
			@Nullable Opening<Connection> opening) {
		this.builder = builder;
		this.properties = properties;
		this.opening = opening;
		socketFactory(builder.getSocketFactory());
		clientConfig(builder.getClientConfig());
	}

	@Override
	public Connection build() {
		if (this.opening == null || !(CancelScope.current() instanceof OpenScope scope)) {
			return open();
		}
		try {
			return this.opening.get(scope, Connection.class, () -> CompletableFuture.supplyAsync(this::open, ASIDE));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new JedisConnectionException("Interrupted while waiting for a connection", ex);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException failure) ? failure : new JedisException(ex.getCause());
		}
	}

	private Connection open() {
		RecordingSockets sockets = new RecordingSockets(getSocketFactory());
		Connection.Builder own = Connection.builder().socketFactory(sockets).clientConfig(getClientConfig());
		ScopedConnection connection = new ScopedConnection(own, sockets, this.builder::build, this.properties);
		connection.initializeFromClientConfig();
		return connection;
	}

}
