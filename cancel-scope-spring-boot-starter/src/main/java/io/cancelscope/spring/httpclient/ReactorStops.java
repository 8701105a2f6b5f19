package io.cancelscope.spring.httpclient;

import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;

import org.springframework.boot.http.client.ReactorClientHttpRequestFactoryBuilder;

/**
 * Shows the connections of Reactor Netty to the calls they belong to. Connecting is
 * assembled on the thread that makes the call, and the connection comes with the headers.
 */
final class ReactorStops {

	private ReactorStops() {
	}

	static ReactorClientHttpRequestFactoryBuilder addTo(ReactorClientHttpRequestFactoryBuilder builder) {
		return builder.withHttpClientCustomizer((client) -> addTo(client));
	}

	private static HttpClient addTo(HttpClient client) {
		return client.mapConnect(ReactorStops::connected);
	}

	private static Mono<? extends Connection> connected(Mono<? extends Connection> connecting) {
		Exchange exchange = Exchange.sending();
		return (exchange != null) ? connecting.doOnNext((connection) -> exchange.stopBy(connection::dispose))
				: connecting;
	}

}
