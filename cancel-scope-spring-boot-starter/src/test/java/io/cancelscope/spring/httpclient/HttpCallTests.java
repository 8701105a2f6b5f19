package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.StreamUtils;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that hang are ended with their scope: every library, waiting for headers or
 * reading the body, at the deadline or when cancelled, on both kinds of threads. Prints
 * how long each took to come back.
 */
class HttpCallTests {

	private static final Map<Client, ClientHttpRequestFactory> factories = new EnumMap<>(Client.class);

	private static final Map<Client, Map<String, Long>> matrix = new EnumMap<>(Client.class);

	/** More than sockets buffer. */
	private static final byte[] LARGE = new byte[32 * 1024 * 1024];

	private final CancelScopes scopes = CancelScopes.create();

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
	}

	@AfterAll
	static void printMatrix() {
		String[] columns = matrix.values()
			.stream()
			.flatMap((row) -> row.keySet().stream())
			.distinct()
			.sorted()
			.toArray(String[]::new);
		StringBuilder text = new StringBuilder("ms until the caller has the exception, longest of each%n%-18s"
			.formatted("Java " + Runtime.version().feature()));
		Arrays.stream(columns).forEach((column) -> text.append("%-18s".formatted(column)));
		matrix.forEach((client, row) -> {
			text.append("%n%-18s".formatted(client));
			Arrays.stream(columns).forEach((column) -> text.append("%-18s".formatted(row.getOrDefault(column, -1L))));
		});
		System.out.println(text);
		factories.clear();
	}

	enum Phase {

		SENDING(Peer.DEAF), WAITING(Peer.SILENT), READING(Peer.HALF), DRIPPING(Peer.DRIP);

		private final String path;

		Phase(String path) {
			this.path = path;
		}

		boolean endsByTimeout() {
			return this == WAITING || this == READING;
		}

		boolean hasHeaders() {
			return this == READING || this == DRIPPING;
		}

	}

	static Stream<Arguments> calls() {
		return Arrays.stream(Client.values())
			.flatMap((client) -> Arrays.stream(Phase.values())
				.flatMap((phase) -> Arrays.stream(Worker.values())
					// HttpURLConnection's timeout is between two reads, and for reads.
					.filter((worker) -> !client.waitsForItsTimeout(worker) || phase.endsByTimeout())
					.map((worker) -> Arguments.of(client, phase, worker))));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void hangingPeerIsAbandonedAtTheDeadline(Client client, Phase phase, Worker worker) throws Exception {
		RestClient http = RestClient.builder().requestFactory(factory(client)).build();
		CountDownLatch headers = new CountDownLatch(phase.hasHeaders() ? 1 : 0);
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();
		ScopeOptions options = ScopeOptions.named("quote").withTimeout(Duration.ofMillis(150));
		AtomicReference<Long> passed = new AtomicReference<>();

		FutureTask<String> call = worker.call(() -> scopes.call(options, (scope) -> {
			try {
				return get(http, phase, headers);
			}
			finally {
				note(client, phase, worker, System.nanoTime() - passed.get());
			}
		}));
		this.peer.awaitRequest();
		assertThat(headers.await(20, TimeUnit.SECONDS)).isTrue();
		passed.set(System.nanoTime());
		time.advance(Duration.ofMillis(150));

		assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quote' (150ms) exceeded its deadline");
		this.peer.listen();
		this.peer.awaitAbandoned(phase.path);
		assertThat(worksAgain(http, worker)).isTrue();
	}

	@ParameterizedTest
	@MethodSource("calls")
	void hangingPeerIsAbandonedWhenCancelled(Client client, Phase phase, Worker worker) throws Exception {
		RestClient http = RestClient.builder().requestFactory(factory(client)).build();
		CountDownLatch headers = new CountDownLatch(phase.hasHeaders() ? 1 : 0);
		AtomicReference<CancelScope> quote = new AtomicReference<>();
		AtomicReference<Long> cancelled = new AtomicReference<>();

		FutureTask<String> call = worker.call(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> {
			quote.set(scope);
			try {
				return get(http, phase, headers);
			}
			finally {
				note(client, phase, worker, System.nanoTime() - cancelled.get());
			}
		}));
		this.peer.awaitRequest();
		assertThat(headers.await(20, TimeUnit.SECONDS)).isTrue();
		cancelled.set(System.nanoTime());
		quote.get().cancel("nobody waits");

		assertThat(Worker.failure(call)).isInstanceOf(ScopeCancelledException.class)
			.hasMessage("scope 'quote' was cancelled: nobody waits");
		this.peer.listen();
		this.peer.awaitAbandoned(phase.path);
		assertThat(worksAgain(http, worker)).isTrue();
	}

	private static void note(Client client, Phase phase, Worker worker, long nanos) {
		synchronized (matrix) {
			matrix.computeIfAbsent(client, (key) -> new TreeMap<>())
				.merge(phase + " " + worker, TimeUnit.NANOSECONDS.toMillis(nanos), Math::max);
		}
	}

	private String get(RestClient http, Phase phase, CountDownLatch headers) {
		RestClient.RequestBodySpec request = http.method((phase == Phase.SENDING) ? HttpMethod.POST : HttpMethod.GET)
			.uri(this.peer.url(phase.path));
		if (phase == Phase.SENDING) {
			request.body(LARGE);
		}
		return request.exchange((sent, response) -> {
			headers.countDown();
			return StreamUtils.copyToString(response.getBody(), StandardCharsets.US_ASCII);
		});
	}

	/** The client, and the thread's kind, are as good as new. */
	private boolean worksAgain(RestClient http, Worker worker) throws Exception {
		return worker
			.call(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofSeconds(30)),
					(scope) -> http.get().uri(this.peer.url(Peer.LENGTH)).retrieve().body(String.class)))
			.get(20, TimeUnit.SECONDS)
			.equals("fine");
	}

	private static ClientHttpRequestFactory factory(Client client) {
		return factories.computeIfAbsent(client, Client::factory);
	}

}
