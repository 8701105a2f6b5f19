package io.cancelscope.spring.webflux;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.TestPublisher;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What a handler can do to its response, and what it can't any more.
 */
@Timeout(60)
class ScopeAwareResponseTests {

	private final MockServerHttpResponse original = new MockServerHttpResponse();

	private final ScopeAwareResponse response = ScopeAwareResponse.of(this.original, ServerConnection.of(this.original),
			Schedulers.immediate(), () -> new IllegalStateException("stopped"), null);

	private final NettyDataBufferFactory buffers = new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT);

	@Test
	void whatTheHandlerSetsIsSent() {
		this.response.setStatusCode(HttpStatus.ACCEPTED);
		this.response.getHeaders().set("Vary", "Origin");
		this.response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
		this.response.addCookie(ResponseCookie.from("seat", "12A").build());

		this.response.writeWith(Mono.just(buffer("answer"))).block();

		assertThat(this.original.getStatusCode()).isEqualTo(HttpStatus.ACCEPTED);
		assertThat(this.original.getHeaders().getFirst("Vary")).isEqualTo("Origin");
		assertThat(this.original.getHeaders().getContentType()).isEqualTo(MediaType.TEXT_PLAIN);
		assertThat(this.original.getCookies()).containsKey("seat");
		assertThat(this.original.getBodyAsString().block()).isEqualTo("answer");
	}

	/** As those of CORS do, which a browser needs to read any answer. */
	@Test
	void headersStayWhenTheResponseIsTakenAway() {
		this.response.getHeaders().setAccessControlAllowOrigin("https://example.org");

		this.response.author().stop().block();

		assertThat(this.original.getHeaders().getAccessControlAllowOrigin()).isEqualTo("https://example.org");
	}

	@Test
	void handlerChangesNothingOfAResponseThatIsTakenAway() {
		HttpHeaders kept = this.response.getHeaders();
		AtomicInteger actions = new AtomicInteger();
		this.response.author().stop().block();

		kept.setContentLength(17);
		this.response.getHeaders().set("X-Meddled", "yes");
		this.response.addCookie(ResponseCookie.from("seat", "12A").build());
		this.response.beforeCommit(() -> Mono.fromRunnable(actions::incrementAndGet));

		assertThat(this.response.setStatusCode(HttpStatus.LOCKED)).isFalse();
		assertThat(this.response.setRawStatusCode(423)).isFalse();
		assertThat(this.response.isCommitted()).isTrue();
		this.original.setComplete().block();
		assertThat(this.original.getHeaders().isEmpty()).isTrue();
		assertThat(this.original.getCookies()).isEmpty();
		assertThat(this.original.getStatusCode()).isNull();
		assertThat(actions).hasValue(0);
	}

	@Test
	void bodyOfAResponseThatIsTakenAwayIsReleased() {
		ByteBuf one = buf("one");
		ByteBuf two = buf("two");
		ByteBuf three = buf("three");
		this.response.author().stop().block();

		this.response.writeWith(Mono.just(this.buffers.wrap(one))).block();
		this.response.writeWith(Flux.just(this.buffers.wrap(two)).concatWith(Flux.never())).block();
		this.response.writeAndFlushWith(Flux.just(Mono.just(this.buffers.wrap(three)))).block();
		this.response.setComplete().block();

		assertThat(List.of(one.refCnt(), two.refCnt(), three.refCnt())).containsOnly(0);
		assertThat(this.original.isCommitted()).isFalse();
	}

	@Test
	void sourceOfAResponseThatIsTakenAwayIsCancelled() {
		TestPublisher<DataBuffer> source = TestPublisher.create();
		this.response.writeWith(source.flux()).subscribe();
		this.response.author().stop().block();

		source.next(buffer("late"));

		source.assertCancelled();
		assertThat(this.original.isCommitted()).isFalse();
	}

	/** Spring WebFlux clears the headers of a response that a handler fails to write. */
	@Test
	void failureOfAHandlerLeavesTheHeadersOfOthersAlone() {
		TestPublisher<DataBuffer> stream = TestPublisher.create();
		TestPublisher<DataBuffer> piece = TestPublisher.create();
		this.response.writeWith(stream.flux()).onErrorComplete().subscribe();
		this.response.writeWith(piece.mono()).onErrorComplete().subscribe();
		this.response.author().stop().block();
		this.original.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);

		stream.error(new IllegalStateException("interrupted"));
		piece.error(new IllegalStateException("interrupted"));

		assertThat(this.original.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
	}

	@Test
	void answerCanFollowWhereAnActionBeforeTheCommitFails() {
		this.response.beforeCommit(() -> Mono.error(new IllegalStateException("no session")));
		assertThatIllegalStateException().isThrownBy(() -> this.response.writeWith(Mono.just(buffer("first"))).block())
			.withMessage("no session");

		this.response.writeWith(Mono.just(buffer("second"))).block();

		assertThat(this.original.getBodyAsString().block()).isEqualTo("second");
		assertThat(this.response.author().isSent()).isTrue();
	}

	@Test
	void writeThatWaitsForAnActionBeforeTheCommitIsStopped() {
		ByteBuf body = buf("body");
		TestPublisher<Void> session = TestPublisher.create();
		this.response.beforeCommit(session::mono);
		AtomicInteger failures = new AtomicInteger();
		this.response.writeWith(Mono.just(this.buffers.wrap(body)))
			.subscribe(null, (failure) -> failures.incrementAndGet());

		Mono<Void> stopped = this.response.author().stop().cache();
		stopped.subscribe();
		session.complete();

		stopped.block();
		assertThat(failures).hasValue(1);
		assertThat(body.refCnt()).isZero();
		assertThat(this.original.isCommitted()).isFalse();
	}

	/** As Spring WebFlux does for a handler that fails, whether or not it has written. */
	@Test
	void contentHeadersAreClearedUntilTheyAreSent() {
		this.response.getHeaders().setContentLength(6);
		this.response.getHeaders().clearContentHeaders();
		assertThat(this.original.getHeaders().isEmpty()).isTrue();
		this.response.getHeaders().setContentLength(6);

		this.response.writeWith(Mono.just(buffer("answer"))).block();
		this.response.getHeaders().clearContentHeaders();

		assertThat(this.original.getHeaders().getContentLength()).isEqualTo(6);
	}

	@Test
	void headersCanBeReadAsTheyAre() {
		this.original.getHeaders().set("Server", "one");

		this.response.getHeaders().add("vary", "Origin");
		this.response.getHeaders().addAll("Vary", List.of("Accept"));

		assertThat(this.response.getHeaders().headerNames()).containsExactlyInAnyOrder("Server", "vary");
		assertThat(this.response.getHeaders().getVary()).containsExactly("Origin", "Accept");
		assertThat(this.response.getHeaders().toSingleValueMap()).containsEntry("Server", "one");
		this.response.getHeaders().headerNames().removeIf("Server"::equals);
		this.response.getHeaders().putIfAbsent("Allow", List.of("GET"));
		this.response.getHeaders().remove("Vary");
		assertThat(this.original.getHeaders().headerNames()).containsExactly("Allow");
		this.response.getHeaders().clear();
		assertThat(this.response.getHeaders().isEmpty()).isTrue();
	}

	private DataBuffer buffer(String text) {
		return this.buffers.wrap(buf(text));
	}

	private static ByteBuf buf(String text) {
		return PooledByteBufAllocator.DEFAULT.buffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
	}

}
