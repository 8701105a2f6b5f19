package io.cancelscope.spring.webflux;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.spring.fixture.KeptAlive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Answers of which a part is on its way when time is up.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class BrokenStreamTests {

	private static ConfigurableApplicationContext context;

	private ReactiveRequestTests.Watch watch;

	@BeforeAll
	static void start() {
		context = ReactiveRequestTests.newContext(Application.class, "cancel-scope.web.timeout=3s",
				"cancel-scope.timeouts[GET /intact]=1m", "cancel-scope.timeouts[GET /nothing]=1m");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void forget() {
		this.watch = context.getBean(ReactiveRequestTests.Watch.class);
		this.watch.opened.clear();
		this.watch.closed.clear();
	}

	@Test
	void streamEndsWithItsConnectionAndWithoutAnError(CapturedOutput output) throws IOException {
		try (Socket socket = send("/endless")) {
			assertThat(answer(socket)).startsWith("HTTP/1.1 200")
				.contains("tick")
				.doesNotContain("\r\n0\r\n", "HTTP/1.1 5");
		}

		this.watch.allAreClosed();
		assertThat(this.watch.reason().kind()).isEqualTo(Kind.DEADLINE);
		assertThat(output).doesNotContain("ERROR", "WARN", "Exception");
	}

	/** The client is there, and doesn't read. */
	@Test
	void streamThatIsNotReadEndsAtTheDeadline() throws IOException {
		try (Socket socket = send("/flood")) {
			assertThat(this.watch.reason().kind()).isEqualTo(Kind.DEADLINE);
			this.watch.allAreClosed();
			assertThat(answer(socket)).startsWith("HTTP/1.1 200").doesNotContain("HTTP/1.1 5");
		}
	}

	/** What follows the answer is stopped, and the answer is still whole. */
	@Test
	void workAfterTheAnswerIsStopped() throws Exception {
		Endpoints endpoints = context.getBean(Endpoints.class);
		try (KeptAlive connection = new KeptAlive(port())) {
			assertThat(connection.get("/audited").body()).isEqualTo("answer");
			assertThat(endpoints.auditCancelled.await(30, TimeUnit.SECONDS)).isTrue();
			assertThat(connection.get("/intact").body()).isEqualTo("intact");
		}

		this.watch.allAreClosed();
		assertThat(this.watch.reason().kind()).isEqualTo(Kind.DEADLINE);
	}

	/** Nothing is on its way yet, but the server has been told to begin. */
	@Test
	void sessionThatIsNeverSavedHoldsUpNothing(CapturedOutput output) throws IOException {
		try (Socket socket = send("/session")) {
			assertThat(answer(socket)).isEmpty();
		}

		this.watch.allAreClosed();
		assertThat(this.watch.reason().kind()).isEqualTo(Kind.DEADLINE);
		assertThat(output).doesNotContain("ERROR", "WARN", "Exception");
	}

	@Test
	void statusOfAHandlerThatWritesNothingIsSent() throws IOException {
		try (KeptAlive connection = new KeptAlive(port())) {
			KeptAlive.Answer answer = connection.get("/nothing");

			assertThat(answer.status()).isEqualTo(202);
			assertThat(answer.headers()).containsEntry("x-seat", "12A");
		}
	}

	private static String answer(Socket socket) throws IOException {
		socket.setSoTimeout(30_000);
		InputStream in = socket.getInputStream();
		StringBuilder answer = new StringBuilder();
		byte[] buffer = new byte[1 << 16];
		try {
			for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
				answer.append(new String(buffer, 0, Math.min(count, 1 << 10), StandardCharsets.US_ASCII));
			}
		}
		catch (SocketTimeoutException ex) {
			throw ex;
		}
		catch (IOException ex) {
			// Ignored: the connection is reset.
		}
		return answer.toString();
	}

	private static Socket send(String path) throws IOException {
		Socket socket = new Socket("localhost", port());
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private static int port() {
		return ((WebServerApplicationContext) context).getWebServer().getPort();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Application {

		@Bean
		ReactiveRequestTests.Watch watch() {
			return new ReactiveRequestTests.Watch();
		}

	}

	@RestController
	static class Endpoints {

		private final CountDownLatch auditCancelled = new CountDownLatch(1);

		@GetMapping("/intact")
		String intact() {
			return "intact";
		}

		@GetMapping("/endless")
		Flux<String> endless() {
			return Flux.interval(Duration.ofMillis(1)).map((tick) -> "tick\n").onBackpressureDrop();
		}

		@GetMapping("/flood")
		Flux<String> flood() {
			String water = "water ".repeat(10_000);
			return Flux.<String>generate((sink) -> sink.next(water));
		}

		@GetMapping("/audited")
		Mono<Void> audited(ServerHttpResponse response) {
			DataBuffer body = response.bufferFactory().wrap("answer".getBytes(StandardCharsets.US_ASCII));
			response.getHeaders().setContentLength(6);
			return response.writeWith(Mono.just(body))
				.then(Mono.<Void>never().doOnCancel(this.auditCancelled::countDown));
		}

		@GetMapping("/session")
		Mono<String> session(ServerHttpResponse response) {
			response.beforeCommit(Mono::never);
			return Mono.just("never sent");
		}

		@GetMapping("/nothing")
		Mono<Void> nothing(ServerHttpResponse response) {
			response.setRawStatusCode(202);
			response.getHeaders().set("X-Seat", "12A");
			return Mono.empty();
		}

	}

}
