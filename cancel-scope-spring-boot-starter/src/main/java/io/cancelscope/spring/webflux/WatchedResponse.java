package io.cancelscope.spring.webflux;

import java.nio.file.Path;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * Sees that a server has stopped taking the response. Reactor Netty does that when the
 * client goes away in the middle of the body, and then ends as if all were written.
 */
class WatchedResponse extends ServerHttpResponseDecorator {

	private volatile boolean cancelled;

	private WatchedResponse(ServerHttpResponse response) {
		super(response);
	}

	static WatchedResponse of(ServerHttpResponse response) {
		return (response instanceof ZeroCopyHttpOutputMessage files) ? new WithFiles(response, files)
				: new WatchedResponse(response);
	}

	/** Whether the server has stopped taking the response before its end. */
	boolean isCancelled() {
		return this.cancelled;
	}

	@Override
	public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
		return super.writeWith((body instanceof Mono<? extends DataBuffer> mono) ? mono.doOnCancel(this::onCancel)
				: Flux.from(body).doOnCancel(this::onCancel));
	}

	@Override
	public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		return super.writeAndFlushWith(Flux.from(body).doOnCancel(this::onCancel));
	}

	/** The server doesn't want the response any more. */
	void onCancel() {
		this.cancelled = true;
	}

	/** Lets the operating system copy files, as before. */
	private static final class WithFiles extends WatchedResponse implements ZeroCopyHttpOutputMessage {

		private final ZeroCopyHttpOutputMessage files;

		private WithFiles(ServerHttpResponse response, ZeroCopyHttpOutputMessage files) {
			super(response);
			this.files = files;
		}

		@Override
		public Mono<Void> writeWith(Path file, long position, long count) {
			return this.files.writeWith(file, position, count);
		}

	}

}
