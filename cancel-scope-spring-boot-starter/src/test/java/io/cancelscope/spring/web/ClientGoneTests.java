package io.cancelscope.spring.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a server finds out that a client has gone, and how: each row of the table in
 * {@code docs/reference/web.md}. Prints how long it took.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource(Server.class)
class ClientGoneTests {

	private static final Duration A_WHILE = Duration.ofMillis(700);

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	private static final Map<String, String> table = new TreeMap<>();

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
		table.forEach((row, seen) -> System.out.println("%-40s %s".formatted(row, seen)));
	}

	enum Kind {

		BLOCKING("/work"), ASYNCHRONOUS("/work/deferred"), STREAMING_QUIETLY("/work/streamed"),
		STREAMING("/streamed/endless"), BLOCKING_AND_WRITING("/blocking/endless");

		private final String path;

		Kind(String path) {
			this.path = path;
		}

		boolean isAsynchronous() {
			return this == ASYNCHRONOUS || this == STREAMING_QUIETLY || this == STREAMING;
		}

		boolean sendsSomething() {
			return this != BLOCKING && this != ASYNCHRONOUS;
		}

		/** The way it is noticed, or {@code null} if it isn't. */
		String noticedBy(Server server, Protocol protocol) {
			if (this == STREAMING || this == BLOCKING_AND_WRITING) {
				return "a write fails";
			}
			if (protocol == Protocol.HTTP_1) {
				return null;
			}
			if (this == BLOCKING) {
				return (server == Server.JETTY) ? "Jetty's failure listener" : null;
			}
			return "AsyncListener.onError";
		}

	}

	enum Protocol {

		HTTP_1 {
			@Override
			Leaving request(ClientGoneTests test, Kind kind) throws Exception {
				Socket socket = test.socket(kind.path);
				if (kind.sendsSomething()) {
					assertThat(socket.getInputStream().read()).isNotNegative();
				}
				return socket::close;
			}
		},

		HTTP_2 {
			@Override
			Leaving request(ClientGoneTests test, Kind kind) throws Exception {
				CompletableFuture<HttpResponse<InputStream>> response = test.http2Request(kind.path);
				if (!kind.sendsSomething()) {
					return () -> response.cancel(true);
				}
				InputStream body = response.get(20, TimeUnit.SECONDS).body();
				assertThat(body.read()).isNotNegative();
				return body::close;
			}
		};

		abstract Leaving request(ClientGoneTests test, Kind kind) throws Exception;

	}

	static Stream<Arguments> requests() {
		return Arrays.stream(Kind.values())
			.flatMap((kind) -> Arrays.stream(Protocol.values()).map((protocol) -> Arguments.of(kind, protocol)));
	}

	@ParameterizedTest
	@MethodSource("requests")
	void isNoticedWhereTheContainerCanTell(Kind kind, Protocol protocol) throws Exception {
		String way = kind.noticedBy(this.server, protocol);
		Leaving client = protocol.request(this, kind);
		CancelScope scope = this.watch.first();
		if (kind.isAsynchronous()) {
			asynchronousByNow(kind.path);
		}

		long gone = System.nanoTime();
		client.leave();

		if (way != null) {
			assertThat(this.watch.reason()).extracting(CancelReason::kind, CancelReason::message)
				.containsExactly(CancelReason.Kind.DISCONNECTED, "the client is gone");
			note(kind, protocol, way + ", after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - gone) + " ms");
		}
		else {
			Awaitility.await().during(A_WHILE).atMost(Duration.ofSeconds(10)).until(() -> !scope.isCancelled());
			note(kind, protocol, "not noticed within " + A_WHILE.toMillis() + " ms");
		}
		this.work.complete("done");
		this.watch.allAreClosed();
	}

	private void note(Kind kind, Protocol protocol, String seen) {
		table.put(this.server + " " + protocol + " " + kind, seen);
	}

	private Socket socket(String path) throws IOException {
		Socket socket = new Socket("localhost", Server.port(this.context));
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	/** The first request is an upgrade, the second one is a stream of its own. */
	private CompletableFuture<HttpResponse<InputStream>> http2Request(String path) {
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		HttpResponse<String> upgrade = client.sendAsync(get("/names/7"), HttpResponse.BodyHandlers.ofString()).join();
		assertThat(upgrade.version()).isEqualTo(HttpClient.Version.HTTP_2);
		this.watch.allAreClosed();
		this.watch.forget();
		return client.sendAsync(get(path), HttpResponse.BodyHandlers.ofInputStream());
	}

	private HttpRequest get(String path) {
		return HttpRequest.newBuilder(Server.uri(this.context, path)).build();
	}

	/** Its thread has left the request behind. */
	private void asynchronousByNow(String path) {
		this.context.getBean(Desk.Asynchronous.class).await(path);
	}

	@FunctionalInterface
	interface Leaving {

		void leave() throws Exception;

	}

}
