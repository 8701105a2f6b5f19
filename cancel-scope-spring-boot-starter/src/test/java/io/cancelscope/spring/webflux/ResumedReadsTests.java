package io.cancelscope.spring.webflux;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import io.cancelscope.spring.fixture.KeptAlive;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * A server of Reactor Netty alone. Its first answer is with the client before the server
 * takes it for sent; the second request comes in between, and is answered at once.
 */
@Timeout(120)
class ResumedReadsTests {

	private static final Duration NOTHING = Duration.ofSeconds(2);

	/** When it is mended in all supported versions, {@link ResumedReads} can go. */
	@Test
	void reactorNettyAloneDoesNotReadTheThirdRequest() throws IOException {
		assumeThat(HttpServer.class.getPackage().getImplementationVersion())
			.as("versions of Reactor Netty that don't read on")
			.isIn("1.3.6", "1.3.7");

		try (Server server = new Server(false); KeptAlive connection = new KeptAlive(server.port(), NOTHING)) {
			askTwice(connection);

			assertThatException().isThrownBy(() -> connection.get("/third")).isInstanceOf(SocketTimeoutException.class);
		}
	}

	@Test
	void thirdRequestIsReadWhereAnEndIsRepeated() throws IOException {
		try (Server server = new Server(true); KeptAlive connection = new KeptAlive(server.port())) {
			askTwice(connection);

			assertThat(connection.get("/third").body()).isEqualTo("/third");
			assertThat(connection.get("/fourth").body()).isEqualTo("/fourth");
		}
	}

	/** They are queued, too, and must not be answered out of order. */
	@Test
	void pipelinedRequestsAreAnsweredOneAfterTheOther() throws IOException {
		try (Server server = new Server(true); KeptAlive connection = new KeptAlive(server.port())) {
			connection.send("/first");
			connection.send("/later");
			connection.send("/third");
			connection.send("/later");
			connection.send("/fifth");

			assertThat(connection.answer().body()).isEmpty();
			assertThat(connection.answer().body()).isEqualTo("/later");
			assertThat(connection.answer().body()).isEqualTo("/third");
			assertThat(connection.answer().body()).isEqualTo("/later");
			assertThat(connection.answer().body()).isEqualTo("/fifth");
			assertThat(connection.get("/sixth").body()).isEqualTo("/sixth");
		}
	}

	private static void askTwice(KeptAlive connection) throws IOException {
		assertThat(connection.get("/first").body()).isEmpty();
		assertThat(connection.get("/second").body()).isEqualTo("/second");
	}

	private static final class Server implements AutoCloseable {

		/** Fires when the second request has been read, after it has been queued. */
		private final Sinks.Empty<Void> second = Sinks.empty();

		private final boolean resumes;

		private final DisposableServer server;

		private Server(boolean resumes) {
			this.resumes = resumes;
			this.server = HttpServer.create()
				.port(0)
				.doOnChannelInit((observer, channel, address) -> channel.pipeline()
					.addBefore(NettyPipeline.HttpTrafficHandler, "requests", new Requests()))
				.handle(this::answer)
				.bindNow();
		}

		private int port() {
			return this.server.port();
		}

		private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
			if (this.resumes) {
				response.withConnection((connection) -> ResumedReads.addTo(connection.channel()));
			}
			return switch (request.uri()) {
				case "/first" -> response.header("Content-Length", "0").then().then(this.second.asMono());
				case "/later" -> response.sendString(Mono.just("/later").delayElement(Duration.ofMillis(20)));
				default -> response.sendString(Mono.just(request.uri()));
			};
		}

		@Override
		public void close() {
			this.server.disposeNow();
		}

		private final class Requests extends ChannelInboundHandlerAdapter {

			private int count;

			@Override
			public void channelRead(ChannelHandlerContext context, Object message) {
				boolean isEnd = message instanceof LastHttpContent;
				context.fireChannelRead(message);
				if (isEnd && ++this.count == 2) {
					Server.this.second.tryEmitEmpty();
				}
			}

		}

	}

}
