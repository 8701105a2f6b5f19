package io.cancelscope.spring.httpclient;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.netty.Connection;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClient;

import org.springframework.boot.http.client.ReactorClientHttpRequestFactoryBuilder;
import org.springframework.http.client.ReactorClientHttpRequestFactory;

/**
 * Shows the calls of Reactor Netty to the exchanges they belong to. Connecting is
 * assembled on the thread that makes the call, and the connection comes with the headers.
 * Until then the subscription is cancelled, afterwards the connection is closed: both on
 * the event loop, where it is known whose the connection is.
 */
final class ReactorConnections {

	/** The clients in factories that were reached into, by identity. */
	private static final Set<HttpClient> OWN = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	private ReactorConnections() {
	}

	static ReactorClientHttpRequestFactoryBuilder addTo(ReactorClientHttpRequestFactoryBuilder builder) {
		return builder.withHttpClientCustomizer(ReactorConnections::addTo);
	}

	static HttpClient addTo(HttpClient client) {
		return AbandonablePool.insertInto(EventLoopCancel.observe(client.mapConnect(ReactorConnections::stoppable)));
	}

	/** Reaches into a factory that exists already. */
	static boolean insertInto(ReactorClientHttpRequestFactory factory) {
		HttpClient client = LibraryClient.of(factory, HttpClient.class);
		if (client != null && !OWN.contains(client)) {
			HttpClient own = addTo(client);
			OWN.add(own);
			LibraryClient.set(factory, HttpClient.class, own);
		}
		return client != null;
	}

	private static Mono<? extends Connection> stoppable(Mono<? extends Connection> connecting) {
		Exchange exchange = Exchange.sending();
		return (exchange != null) ? new Connecting(connecting, exchange) : connecting;
	}

	/**
	 * Returns what closes a connection, if the operation on it is still the same one.
	 * Called on the event loop: later an operation has no channel any more.
	 */
	private static Runnable stopOf(Connection connection) {
		Channel channel = connection.channel();
		ChannelOperations<?, ?> operation = ChannelOperations.get(channel);
		Runnable stop = () -> {
			if (operation != null && ChannelOperations.get(channel) == operation) {
				connection.dispose();
			}
		};
		return () -> runOn(channel.eventLoop(), stop);
	}

	private static void runOn(EventLoop loop, Runnable stop) {
		if (loop.inEventLoop()) {
			stop.run();
			return;
		}
		try {
			loop.execute(stop);
		}
		catch (RejectedExecutionException ex) {
			// Ignored: the event loop has ended, and so have its connections.
		}
	}

	private static final class Connecting extends MonoOperator<Connection, Connection> {

		private final Exchange exchange;

		Connecting(Mono<? extends Connection> source, Exchange exchange) {
			super(source.cast(Connection.class));
			this.exchange = exchange;
		}

		@Override
		public void subscribe(CoreSubscriber<? super Connection> downstream) {
			this.source.subscribe(new Stoppable(downstream, this.exchange));
		}

	}

	private static final class Stoppable extends EventLoopSubscriber<Connection> {

		private final Exchange exchange;

		Stoppable(CoreSubscriber<? super Connection> downstream, Exchange exchange) {
			super(downstream, new EventLoopCancel(), Connection::dispose);
			this.exchange = exchange;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			super.onSubscribe(subscription);
			this.exchange.stopBy(() -> fail(new CancellationException("Its scope was cancelled")));
		}

		@Override
		public void onNext(Connection connection) {
			this.exchange.stopBy(stopOf(connection));
			super.onNext(connection);
		}

	}

}
