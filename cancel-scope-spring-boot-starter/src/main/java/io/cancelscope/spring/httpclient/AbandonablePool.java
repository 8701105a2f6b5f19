package io.cancelscope.spring.httpclient;

import java.lang.reflect.Field;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.cancelscope.spring.ChangedLibrary;
import io.netty.resolver.AddressResolverGroup;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientConfig;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.transport.TransportConfig;
import reactor.util.context.Context;

import org.springframework.util.ReflectionUtils;

/**
 * A pool of Reactor Netty whose queue a call leaves when it is cancelled. Reactor Netty
 * 1.3 subscribes to a connection and keeps that subscription to itself: a cancelled call
 * stays in the queue, counts as pending there, and is given a connection that it closes.
 */
final class AbandonablePool implements ConnectionProvider {

	/**
	 * Limitation: the name in Reactor Netty 1.3, which has no other way to change it.
	 */
	static final String FIELD = "connectionProvider";

	static final String CONSEQUENCE = "a cancelled call of Reactor Netty stays in the queue of its connection pool";

	private final ConnectionProvider pool;

	private AbandonablePool(ConnectionProvider pool) {
		this.pool = pool;
	}

	/**
	 * Puts one around the pool of a client that nobody else has yet. Clients of HTTP/2
	 * have another pool in front, and stay as they are.
	 */
	static HttpClient insertInto(HttpClient client) {
		HttpClientConfig config = client.configuration();
		if (isIn(client) || !List.of(HttpProtocol.HTTP11).equals(List.of(config.protocols()))) {
			return client;
		}
		Field field = ReflectionUtils.findField(HttpClientConfig.class, FIELD, ConnectionProvider.class);
		if (field == null || !field.trySetAccessible()) {
			unknown();
		}
		else if (ReflectionUtils.getField(field, config) instanceof ConnectionProvider pool) {
			try {
				// HttpClient.create puts it into what the field has to have.
				field.set(config, field.get(HttpClient.create(new AbandonablePool(pool)).configuration()));
			}
			catch (IllegalAccessException ex) {
				unknown(); // a later JDK does not change what is final
			}
		}
		return client;
	}

	private static void unknown() {
		ChangedLibrary.report(HttpClientConfig.class, "a field '" + FIELD + "' that can be set", CONSEQUENCE);
	}

	static boolean isIn(HttpClient client) {
		return client.configuration().connectionProvider() instanceof AbandonablePool;
	}

	@Override
	public Mono<? extends Connection> acquire(TransportConfig config, ConnectionObserver observer,
			@Nullable Supplier<? extends SocketAddress> remote, @Nullable AddressResolverGroup<?> resolver) {
		return new MonoOperator<Connection, Connection>(
				this.pool.acquire(config, observer, remote, resolver).cast(Connection.class)) {

			@Override
			public void subscribe(CoreSubscriber<? super Connection> downstream) {
				EventLoopCancel call = downstream.currentContext()
					.<@Nullable EventLoopCancel>getOrDefault(EventLoopCancel.KEY, null);
				this.source.subscribe((call != null) ? new Waiting(downstream, call) : downstream);
			}

		};
	}

	@Override
	public void disposeWhen(SocketAddress address) {
		this.pool.disposeWhen(address);
	}

	@Override
	public void dispose() {
		this.pool.dispose();
	}

	@Override
	public Mono<Void> disposeLater() {
		return this.pool.disposeLater();
	}

	@Override
	public boolean isDisposed() {
		return this.pool.isDisposed();
	}

	@Override
	public int maxConnections() {
		return this.pool.maxConnections();
	}

	@Override
	public @Nullable Map<SocketAddress, Integer> maxConnectionsPerHost() {
		return this.pool.maxConnectionsPerHost();
	}

	@Override
	public @Nullable Builder mutate() {
		return this.pool.mutate();
	}

	@Override
	public @Nullable String name() {
		return this.pool.name();
	}

	/** A call that waits for its connection. */
	private static final class Waiting implements CoreSubscriber<Connection> {

		private final CoreSubscriber<? super Connection> downstream;

		private final EventLoopCancel call;

		Waiting(CoreSubscriber<? super Connection> downstream, EventLoopCancel call) {
			this.downstream = downstream;
			this.call = call;
		}

		@Override
		public Context currentContext() {
			return this.downstream.currentContext();
		}

		@Override
		public void onSubscribe(Subscription waiting) {
			this.call.waits(waiting);
			this.downstream.onSubscribe(waiting);
		}

		@Override
		public void onNext(Connection connection) {
			this.call.waitsNoLonger();
			this.downstream.onNext(connection);
		}

		@Override
		public void onError(Throwable failure) {
			this.call.waitsNoLonger();
			this.downstream.onError(failure);
		}

		@Override
		public void onComplete() {
			this.downstream.onComplete();
		}

	}

}
