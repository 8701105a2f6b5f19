package io.cancelscope.spring.webflux;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * The response as the handler has it. Sees that a server has stopped taking the response:
 * Reactor Netty does that when the client goes away in the middle of the body, and then
 * ends as if all were written. And can be taken away from the handler.
 */
class WatchedResponse extends ServerHttpResponseDecorator {

	private volatile boolean cancelled;

	/** What the handler has instead, once this one is taken away from it. */
	private volatile @Nullable ServerHttpResponse unsent;

	private WatchedResponse(ServerHttpResponse response) {
		super(response);
	}

	static WatchedResponse of(ServerHttpResponse response) {
		return (response instanceof ZeroCopyHttpOutputMessage files) ? new WithFiles(response, files)
				: new WatchedResponse(response);
	}

	/**
	 * What the handler does to the response from now on is without effect. One that is
	 * cancelled may still fail, of the interrupt for example, and Spring WebFlux then
	 * clears the headers that somebody else is about to send.
	 */
	void takeAway() {
		this.unsent = new UnsentResponse(super.getDelegate());
	}

	@Override
	public ServerHttpResponse getDelegate() {
		ServerHttpResponse instead = this.unsent;
		return (instead != null) ? instead : super.getDelegate();
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
			return (getDelegate() instanceof ZeroCopyHttpOutputMessage) ? this.files.writeWith(file, position, count)
					: Mono.never();
		}

	}

}
