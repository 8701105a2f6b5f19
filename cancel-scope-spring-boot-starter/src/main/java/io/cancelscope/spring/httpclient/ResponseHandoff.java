package io.cancelscope.spring.httpclient;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * A response between its library and the subscriber. Where the cancellation comes at the
 * same moment, and first, nobody would get the response, and its connection would stay
 * open for ever: then it is given up here.
 */
final class ResponseHandoff {

	private static final Object OVER = new Object();

	/** Null, then a response that nobody has taken yet, then over. */
	private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

	void arrived(ClientResponse response) {
		if (!this.state.compareAndSet(null, response)) {
			giveUp(response);
		}
	}

	void taken() {
		this.state.set(OVER);
	}

	/**
	 * To be called before the exchange is cancelled: Spring's connectors would then read
	 * the rest of the body, to keep the connection, however long that takes.
	 */
	void cancelled() {
		if (this.state.getAndSet(OVER) instanceof ClientResponse response) {
			giveUp(response);
		}
	}

	/** Closes the connection of a response that nobody reads. */
	static void giveUp(ClientResponse response) {
		response.bodyToFlux(DataBuffer.class).subscribe(new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.cancel();
			}

		});
	}

}
