package io.cancelscope.spring.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/**
 * Gets connections of Lettuce within a scope. The wait for a pooled one ends by an
 * interrupt: the pool waits on the caller's thread, where no connection can be on its
 * way. The wait for one that is being opened ends in {@link LettuceConnecting}.
 */
final class ScopedProvider implements LettuceConnectionProvider, LettuceConnectionProvider.TargetAware, DisposableBean {

	/** Its scopes are not ones that listeners or metrics would want to hear of. */
	private static final CancelScopes scopes = CancelScopes.create();

	private static final ScopeOptions SHIELD = ScopeOptions.named("redis").shield().cancelOnException(false);

	private final LettuceConnecting connecting;

	private final LettuceConnectionProvider connections;

	private final LettuceConnectionProvider replaced;

	private final LettuceCommands commands;

	/**
	 * Creates one.
	 * @param pool the pool of connections, or null if there is none
	 * @param replaced the provider whose place it takes
	 */
	ScopedProvider(LettuceConnecting connecting, @Nullable LettuceConnectionProvider pool,
			LettuceConnectionProvider replaced, LettuceCommands commands) {
		this.connecting = connecting;
		this.connections = (pool != null) ? pool : connecting;
		this.replaced = replaced;
		this.commands = commands;
	}

	@Override
	public <T extends StatefulConnection<?, ?>> T getConnection(Class<T> type) {
		return get(() -> this.connections.getConnection(type));
	}

	@Override
	public <T extends StatefulConnection<?, ?>> T getConnection(Class<T> type, RedisURI uri) {
		return get(() -> ((TargetAware) this.connections).getConnection(type, uri));
	}

	private static <T> T get(Supplier<T> connection) {
		try {
			return (CancelScope.current() instanceof OpenScope scope) ? ConnectionWait.within(scope, connection)
					: connection.get();
		}
		catch (RuntimeException ex) {
			throw translated(ex);
		}
	}

	/** As the provider that was replaced does it. */
	private static RuntimeException translated(Throwable thrown) {
		return (thrown instanceof RedisConnectionFailureException || thrown instanceof QueryTimeoutException)
				? (RuntimeException) thrown : new RedisConnectionFailureException("Unable to connect to Redis", thrown);
	}

	@Override
	public <T extends StatefulConnection<?, ?>> CompletionStage<T> getConnectionAsync(Class<T> type) {
		return delivered(this.connections.getConnectionAsync(type));
	}

	@Override
	public <T extends StatefulConnection<?, ?>> CompletionStage<T> getConnectionAsync(Class<T> type, RedisURI uri) {
		return delivered(((TargetAware) this.connections).getConnectionAsync(type, uri));
	}

	/**
	 * A subscriber that has left in the meantime closes the connection. Its pool would
	 * count it for ever.
	 */
	private <T extends StatefulConnection<?, ?>> CompletionStage<T> delivered(CompletionStage<T> connection) {
		CompletableFuture<T> delivered = new CompletableFuture<>();
		connection.whenComplete((value, thrown) -> {
			if (thrown != null) {
				delivered.completeExceptionally(translated(thrown));
				return;
			}
			delivered.complete(value);
			if (this.connections != this.connecting && !value.isOpen()) {
				this.connections.releaseAsync(value);
			}
		});
		return delivered;
	}

	/**
	 * Instead of a broken connection, a pool may open another one for a caller that
	 * waits, which must not fail because this one's scope is cancelled.
	 */
	@Override
	public void release(StatefulConnection<?, ?> connection) {
		if (!(CancelScope.current() instanceof OpenScope)) {
			this.connections.release(connection);
			return;
		}
		OpenScope shield = scopes.open(SHIELD);
		try (shield) {
			this.connections.release(connection);
		}
	}

	/**
	 * A subscriber that leaves leaves its command, too. The next one gets the connection
	 * when the server has ended the command, which would take an element, otherwise.
	 */
	@Override
	public CompletableFuture<Void> releaseAsync(StatefulConnection<?, ?> connection) {
		CompletableFuture<@Nullable Void> end = this.commands.stopLeft(connection);
		return (end != null) ? end.thenCompose((nothing) -> this.connections.releaseAsync(connection))
				: this.connections.releaseAsync(connection);
	}

	@Override
	public void destroy() throws Exception {
		destroy(this.connections);
		this.connecting.destroy();
		destroy(this.replaced);
	}

	private static void destroy(LettuceConnectionProvider provider) throws Exception {
		if (provider instanceof DisposableBean disposable) {
			disposable.destroy();
		}
	}

}
