package io.cancelscope.spring.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.AsideThreads;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/**
 * Opens connections of Lettuce. The wait of a caller ends with its scope.
 */
final class LettuceConnecting
		implements LettuceConnectionProvider, LettuceConnectionProvider.TargetAware, DisposableBean {

	private static final Executor ASIDE = AsideThreads.create("cancel-scope-redis-connect-");

	private final LettuceConnectionProvider connections;

	private final Opening<StatefulConnection<?, ?>> opening;

	LettuceConnecting(LettuceConnectionProvider connections) {
		this.connections = connections;
		this.opening = new Opening<>(StatefulConnection::isOpen, connections::releaseAsync);
	}

	@Override
	public <T extends StatefulConnection<?, ?>> T getConnection(Class<T> type) {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return this.connections.getConnection(type);
		}
		try {
			return type.cast(this.opening.get(scope, type, () -> open(type)));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisConnectionFailureException("Interrupted while waiting for a connection", ex);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException failure) ? failure
					: new RedisConnectionFailureException("Unable to connect to Redis", ex.getCause());
		}
	}

	/** On another thread, because the first one of a cluster blocks. */
	private CompletableFuture<StatefulConnection<?, ?>> open(Class<? extends StatefulConnection<?, ?>> type) {
		return CompletableFuture
			.supplyAsync(() -> this.connections.getConnectionAsync(type)
				.<StatefulConnection<?, ?>>thenApply(Function.identity()), ASIDE)
			.thenCompose(Function.identity());
	}

	@Override
	public <T extends StatefulConnection<?, ?>> T getConnection(Class<T> type, RedisURI uri) {
		return ((TargetAware) this.connections).getConnection(type, uri);
	}

	@Override
	public <T extends StatefulConnection<?, ?>> CompletionStage<T> getConnectionAsync(Class<T> type) {
		return this.connections.getConnectionAsync(type);
	}

	@Override
	public <T extends StatefulConnection<?, ?>> CompletionStage<T> getConnectionAsync(Class<T> type, RedisURI uri) {
		return ((TargetAware) this.connections).getConnectionAsync(type, uri);
	}

	@Override
	public void release(StatefulConnection<?, ?> connection) {
		this.connections.release(connection);
	}

	@Override
	public CompletableFuture<Void> releaseAsync(StatefulConnection<?, ?> connection) {
		return this.connections.releaseAsync(connection);
	}

	/** Before the client is shut down. */
	@Override
	public void destroy() {
		this.opening.close();
	}

}
