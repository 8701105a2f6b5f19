package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a server finds out that a client has gone: each row of the table in
 * {@code docs/web.md}.
 */
@ParameterizedClass
@EnumSource(Server.class)
class ClientGoneTests {

	private static final Duration A_WHILE = Duration.ofMillis(700);

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private Watch watch;

	private CompletableFuture<String> work;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server, (server) -> server.start(Desk.class));
		this.watch = this.context.getBean(Watch.class);
		this.watch.forget();
		this.work = this.context.getBean(Desk.Endpoints.class).newWork();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/work", "/work/deferred" })
	void isNotNoticedOverHttp1WhileNothingIsWritten(String path) throws IOException {
		Socket socket = request(path);
		try (socket) {
			this.watch.first();
		}
		staysUncancelled();
		this.work.complete("done");

		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/streamed/endless", "/blocking/endless" })
	void isNoticedOverHttp1WhenAWriteFails(String path) throws IOException {
		Socket socket = request(path);
		try (socket) {
			assertThat(socket.getInputStream().read()).isNotNegative();
		}

		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DISCONNECTED);
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/deferred/hanging", "/plain/async" })
	void isNoticedAtOnceOverHttp2WhileAsynchronous(String path) {
		CompletableFuture<?> response = http2Request(path);
		CancelScope scope = this.watch.first();
		asynchronousByNow(path);
		response.cancel(true);

		assertThat(this.watch.reason()).extracting(CancelReason::kind).isEqualTo(CancelReason.Kind.DISCONNECTED);
		assertThat(scope.reason().orElseThrow().message()).isEqualTo("the client is gone");
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@ValueSource(strings = "/work")
	void isNotNoticedOverHttp2WhileTheHandlerBlocks(String path) {
		CompletableFuture<?> response = http2Request(path);
		this.watch.first();
		response.cancel(true);
		staysUncancelled();
		this.work.complete("done");

		this.watch.allAreClosed();
	}

	private void staysUncancelled() {
		CancelScope scope = this.watch.first();
		Awaitility.await().during(A_WHILE).atMost(Duration.ofSeconds(10)).until(() -> !scope.isCancelled());
	}

	private Socket request(String path) throws IOException {
		Socket socket = new Socket("localhost", Server.port(this.context));
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	/** The first request is an upgrade, the second one is a stream of its own. */
	private CompletableFuture<?> http2Request(String path) {
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		HttpResponse<String> upgrade = client.sendAsync(get("/names/7"), HttpResponse.BodyHandlers.ofString()).join();
		assertThat(upgrade.version()).isEqualTo(HttpClient.Version.HTTP_2);
		this.watch.allAreClosed();
		this.watch.forget();
		return client.sendAsync(get(path), HttpResponse.BodyHandlers.ofString());
	}

	private HttpRequest get(String path) {
		return HttpRequest.newBuilder(Server.uri(this.context, path)).build();
	}

	/** Its thread has left the request behind. */
	private void asynchronousByNow(String path) {
		this.context.getBean(Desk.Asynchronous.class).await(path);
	}

}
