package io.cancelscope.spring.webflux;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * Stands in for a response that somebody else writes. Writing it never ends: whoever does
 * that is cancelled, and would otherwise be taken for the one who has answered.
 */
class UnsentResponse extends AbstractServerHttpResponse {

	private final ServerHttpResponse other;

	UnsentResponse(ServerHttpResponse other) {
		super(other.bufferFactory());
		this.other = other;
	}

	@Override
	public <T> T getNativeResponse() {
		return ServerHttpResponseDecorator.getNativeResponse(this.other);
	}

	@Override
	public Mono<Void> setComplete() {
		return Mono.never();
	}

	@Override
	protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
		return Mono.never();
	}

	@Override
	protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		return Mono.never();
	}

	@Override
	protected void applyStatusCode() {
	}

	@Override
	protected void applyHeaders() {
	}

	@Override
	protected void applyCookies() {
	}

}
