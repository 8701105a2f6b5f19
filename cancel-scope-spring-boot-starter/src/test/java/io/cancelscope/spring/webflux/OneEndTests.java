package io.cancelscope.spring.webflux;

import java.util.concurrent.CancellationException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The buffer of a write that is refused is released once.
 */
class OneEndTests {

	private final NettyDataBufferFactory buffers = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);

	private final MockServerHttpResponse server = new MockServerHttpResponse(this.buffers);

	private final ScopeAwareResponse response = ScopeAwareResponse.of(this.server, ServerConnection.of(this.server),
			Schedulers.immediate(), () -> new IllegalStateException("refused"), null);

	/** With a reference more, so that it shows if one release is too many. */
	private final ByteBuf bytes = Unpooled.copiedBuffer(new byte[] { 1, 2, 3 }).retain();

	/** As a server does: the body is not subscribed to before the commit. */
	@BeforeEach
	void writeLate() {
		this.server.setWriteHandler((body) -> body.doOnNext(DataBufferUtils::release).then());
	}

	@Test
	void bufferOfARefusedCommitIsReleasedOnce() {
		Sinks.Empty<Void> cancelled = Sinks.empty();
		this.server.beforeCommit(() -> Mono.fromRunnable(() -> this.response.author()
			.stop()
			.subscribe(null, null, () -> cancelled.tryEmitError(new CancellationException()))));
		Mono<Void> handled = this.response.writeWith(Mono.just(this.buffers.wrap(this.bytes)));

		Mono.firstWithSignal(cancelled.asMono(), handled).onErrorComplete().block();

		assertThat(this.bytes.refCnt()).isOne();
		assertThat(this.response.author().isTaken()).isTrue();
	}

	@Test
	void bufferOfAnAbandonedCommitIsReleasedOnce() {
		this.server.beforeCommit(() -> Mono.fromRunnable(this.response.author()::abandon));
		Disposable handled = this.response.writeWith(Mono.just(this.buffers.wrap(this.bytes))).subscribe();

		assertThat(handled.isDisposed()).as("nobody is told twice").isFalse();
		assertThat(this.bytes.refCnt()).isEqualTo(2);
		handled.dispose();

		assertThat(this.bytes.refCnt()).isOne();
	}

	@Test
	void bufferOfACancelledWriteIsReleasedOnce() {
		this.server.beforeCommit(Mono::never);
		Disposable handled = this.response.writeWith(Mono.just(this.buffers.wrap(this.bytes))).subscribe();

		handled.dispose();

		assertThat(this.bytes.refCnt()).isOne();
		assertThat(this.response.author().isBroken()).isTrue();
	}

}
