package io.cancelscope.spring.httpclient;

import reactor.core.publisher.Mono;
import reactor.netty.Connection;

import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * A call of WebClient that may go through Reactor Netty: if it does, it is cancelled on
 * the event loop of its connection. The request knows that one when it is written.
 */
final class ReactorExchange {

	private ReactorExchange() {
	}

	static Mono<ClientResponse> send(ClientRequest request, ExchangeFunction next) {
		EventLoopCancel cancel = new EventLoopCancel();
		return EventLoopSubscriber.over(next.exchange(watched(request, cancel)), cancel, ResponseHandoff::giveUp);
	}

	private static ClientRequest watched(ClientRequest request, EventLoopCancel cancel) {
		return ClientRequest.from(request).httpRequest((sent) -> {
			Object library = sent.getNativeRequest();
			if (library instanceof Connection connection) {
				cancel.hasConnection(connection);
			}
		}).build();
	}

}
