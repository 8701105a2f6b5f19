package io.cancelscope.spring.webflux;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * The connection that a response is sent on, as far as the server lets it be reached.
 */
class ServerConnection {

	private static final String NETTY = "reactor.netty.http.server.";

	private static final ServerConnection UNKNOWN = new ServerConnection();

	private ServerConnection() {
	}

	static ServerConnection of(ServerHttpResponse response) {
		Object nativeResponse = nativeResponse(response);
		ServerConnection netty = null;
		// Not by the class, which is there only where Reactor Netty is.
		if (nativeResponse != null && nativeResponse.getClass().getName().startsWith(NETTY)) {
			netty = Netty.of(nativeResponse);
		}
		return (netty != null) ? netty : UNKNOWN;
	}

	private static @Nullable Object nativeResponse(ServerHttpResponse response) {
		try {
			return ServerHttpResponseDecorator.getNativeResponse(response);
		}
		catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException ex) {
			// Ignored: a mock, or a decorator of another kind.
			return null;
		}
	}

	/** Makes sure that the next request on the connection is read. */
	void keepReading() {
	}

	/**
	 * The session of a WebSocket takes over: removes what was added to the connection.
	 */
	void handOver() {
	}

	/**
	 * Returns whether the server takes a body of one piece at once, instead of when the
	 * client reads.
	 */
	boolean takesOnePieceAtOnce() {
		return false;
	}

	/**
	 * Breaks off a response of which a part may be on its way, so that no client takes
	 * the part for the whole.
	 * @param response what nobody writes any more
	 * @param status what is recorded if none has been sent
	 * @param cause why
	 * @return what ends, or fails, when that is done
	 */
	Mono<Void> breakOff(ServerHttpResponse response, HttpStatusCode status, Throwable cause) {
		return Mono.error(cause);
	}

	/** Loaded only where Reactor Netty is present. */
	private static final class Netty extends ServerConnection {

		private final HttpServerResponse response;

		private final Channel channel;

		private Netty(HttpServerResponse response, Channel channel) {
			this.response = response;
			this.channel = channel;
		}

		private static @Nullable ServerConnection of(Object nativeResponse) {
			return (nativeResponse instanceof HttpServerResponse response
					&& nativeResponse instanceof ChannelOperations<?, ?> operations)
							? new Netty(response, operations.channel()) : null;
		}

		@Override
		void keepReading() {
			if (this.response.version().majorVersion() == 1) {
				ResumedReads.addTo(this.channel);
			}
		}

		@Override
		void handOver() {
			ResumedReads.removeFrom(this.channel);
		}

		@Override
		boolean takesOnePieceAtOnce() {
			return true;
		}

		/**
		 * The channel is closed on its event loop, and only while this response is the
		 * current one. For an exception Reactor Netty would do so by itself, and log the
		 * exception with its stack trace. Spring takes this exception for a lost client,
		 * but not before a status has been sent.
		 */
		@Override
		Mono<Void> breakOff(ServerHttpResponse response, HttpStatusCode status, Throwable cause) {
			return Mono.create((sink) -> this.channel.eventLoop().execute(() -> {
				if (ChannelOperations.get(this.channel) == this.response) {
					this.channel.close();
				}
				if (response.setStatusCode(status)) {
					sink.success();
				}
				else {
					sink.error(new AbortedException(cause));
				}
			}));
		}

	}

}
