package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls of WebClient end with their scope, over every connector. Prints how long each
 * took to come back.
 */
class WebClientTests {

	private static final Map<Connector, ClientHttpConnector> connectors = new EnumMap<>(Connector.class);

	private static final Map<Connector, Map<Phase, Long>> matrix = new EnumMap<>(Connector.class);

	private final CancelScopes scopes = CancelScopes.create();

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@AfterAll
	static void printMatrix() {
		StringBuilder text = new StringBuilder("WebClient: ms until the subscriber has the exception, longest of each");
		matrix.forEach((connector, row) -> text.append("%n%-18s%s".formatted(connector, row)));
		System.out.println(text);
		connectors.clear();
	}

	enum Connector {

		JDK(() -> ClientHttpConnectorBuilder.jdk().build()),

		HTTP_COMPONENTS(() -> ClientHttpConnectorBuilder.httpComponents().build()),

		JETTY(() -> ClientHttpConnectorBuilder.jetty().build()),

		REACTOR(() -> ClientHttpConnectorBuilder.reactor().build());

		private final Supplier<ClientHttpConnector> connector;

		Connector(Supplier<ClientHttpConnector> connector) {
			this.connector = connector;
		}

		/**
		 * Spring's connectors don't pass every cancellation on: with HttpComponents none,
		 * with the JDK only one that comes before the headers.
		 */
		boolean closesConnection(Phase phase) {
			return switch (this) {
				case JETTY, REACTOR -> true;
				case JDK -> phase == Phase.WAITING;
				case HTTP_COMPONENTS -> false;
			};
		}

	}

	enum Phase {

		WAITING(Peer.SILENT), READING(Peer.HALF), DRIPPING(Peer.DRIP);

		private final String path;

		Phase(String path) {
			this.path = path;
		}

	}

	static Stream<Arguments> calls() {
		return Arrays.stream(Connector.values())
			.flatMap((connector) -> Arrays.stream(Phase.values()).map((phase) -> Arguments.of(connector, phase)));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void hangingPeerIsAbandonedAtTheDeadline(Connector connector, Phase phase) throws Exception {
		CountDownLatch headers = new CountDownLatch((phase != Phase.WAITING) ? 1 : 0);
		WebClient http = client(connector, headers);
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();
		ScopeOptions options = ScopeOptions.named("quote").withTimeout(Duration.ofMillis(200));
		AtomicLong passed = new AtomicLong();

		FutureTask<String> call = Worker.PLATFORM.call(() -> scopes.call(options, (scope) -> {
			try {
				return get(http, phase.path).block();
			}
			finally {
				note(connector, phase, System.nanoTime() - passed.get());
			}
		}));
		this.peer.awaitRequest();
		assertThat(headers.await(20, TimeUnit.SECONDS)).isTrue();
		passed.set(System.nanoTime());
		time.advance(Duration.ofMillis(200));

		assertThat(ours(Worker.failure(call))).isInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quote' (200ms) exceeded its deadline");
		awaitEnd(connector, phase);
		assertThat(get(http, Peer.LENGTH).block(Duration.ofSeconds(20))).isEqualTo("fine");
	}

	@ParameterizedTest
	@MethodSource("calls")
	void hangingPeerIsAbandonedWhenTheScopeInTheContextIsCancelled(Connector connector, Phase phase) throws Exception {
		CountDownLatch headers = new CountDownLatch((phase != Phase.WAITING) ? 1 : 0);
		WebClient http = client(connector, headers);
		OpenScope quote = this.scopes.openUnbound(ScopeOptions.named("quote"));
		AtomicLong cancelled = new AtomicLong();

		CompletableFuture<String> call = get(http, phase.path)
			.doOnError((ex) -> note(connector, phase, System.nanoTime() - cancelled.get()))
			.contextWrite((context) -> context.put(ScopeInContext.KEY, quote))
			.toFuture();
		this.peer.awaitRequest();
		assertThat(headers.await(20, TimeUnit.SECONDS)).isTrue();
		cancelled.set(System.nanoTime());
		quote.cancel("nobody waits");

		assertThat(call).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.satisfies((ex) -> assertThat(ours(ex.getCause())).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'quote' was cancelled: nobody waits"));
		awaitEnd(connector, phase);
		quote.close();
		assertThat(get(http, Peer.LENGTH).block(Duration.ofSeconds(20))).isEqualTo("fine");
	}

	@ParameterizedTest
	@EnumSource
	void answersComeOverFewConnections(Connector connector) {
		WebClient http = client(connector);

		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(60)), (scope) -> {
			for (int i = 0; i < 10; i++) {
				assertThat(get(http, Peer.CHUNKED).block()).isEqualTo("fine");
			}
		});

		assertThat(this.peer.connections()).isLessThan(5);
	}

	@ParameterizedTest
	@EnumSource(names = { "JETTY", "REACTOR" })
	void twoHundredCallsEndAtOnce(Connector connector) throws Exception {
		WebClient http = client(connector);
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));
		List<CompletableFuture<String>> calls = new ArrayList<>();

		for (int i = 0; i < 200; i++) {
			calls.add(get(http, Peer.SILENT).contextWrite((context) -> context.put(ScopeInContext.KEY, request))
				.toFuture());
		}
		this.peer.awaitRequest();
		request.cancel("never mind");

		for (CompletableFuture<String> call : calls) {
			assertThat(call).failsWithin(Duration.ofSeconds(20))
				.withThrowableThat()
				.withCauseInstanceOf(ScopeCancelledException.class);
		}
		request.close();
		assertThat(get(http, Peer.LENGTH).block(Duration.ofSeconds(20))).isEqualTo("fine");
	}

	@Test
	void nothingIsSentInACancelledScope() {
		WebClient http = client(Connector.REACTOR);

		assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				get(http, Peer.LENGTH).block();
			}));

		assertThat(this.peer.connections()).isZero();
	}

	@Test
	void bodyIsNotReadPastTheDeadline() {
		WebClient http = client(Connector.REACTOR);
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();

		assertThatExceptionOfType(WebClientResponseException.class)
			.isThrownBy(() -> scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)),
					(scope) -> http.mutate()
						.filters((filters) -> filters.add(0,
								(request, next) -> next.exchange(request)
									.doOnNext((response) -> time.advance(Duration.ofSeconds(1)))))
						.build()
						.get()
						.uri(this.peer.url(Peer.LENGTH))
						.retrieve()
						.bodyToMono(String.class)
						.block()))
			.withCauseInstanceOf(DeadlineExceededException.class);

		assertThat(time.pending()).isZero();
	}

	/**
	 * <pre>
	 * library:    headers are there ........... hands out the response
	 * scope:                        cancelled
	 * </pre>
	 */
	@Test
	void responseThatTheCancellationOvertakesIsGivenUp() {
		AtomicBoolean givenUp = new AtomicBoolean();
		ClientResponse response = ClientResponse.create(HttpStatus.OK)
			.body(Flux.<DataBuffer>never().doOnCancel(() -> givenUp.set(true)))
			.build();
		Sinks.One<ClientResponse> library = Sinks.one();
		OpenScope quote = this.scopes.openUnbound(ScopeOptions.named("quote"));
		ClientRequest request = ClientRequest.create(HttpMethod.GET, URI.create("http://localhost")).build();

		CompletableFuture<ClientResponse> call = new ScopedExchangeFilter(null)
			.filter(request, (sent) -> library.asMono().doOnNext((headers) -> quote.cancel()))
			.contextWrite((context) -> context.put(ScopeInContext.KEY, quote))
			.toFuture();
		library.tryEmitValue(response);

		assertThat(call).isCompletedExceptionally();
		assertThat(givenUp).isTrue();
		quote.close();
	}

	/**
	 * <pre>
	 * subscriber: subscribes to the body ........... has its subscription
	 * scope:                               cancelled
	 * </pre>
	 */
	@Test
	void cancellationInTheMiddleOfTheSubscriptionToTheBodyIsNotLost() {
		AtomicBoolean givenUp = new AtomicBoolean();
		OpenScope quote = this.scopes.openUnbound(ScopeOptions.named("quote"));
		ClientResponse response = ClientResponse.create(HttpStatus.OK)
			.body(Flux.<DataBuffer>never().doOnCancel(() -> givenUp.set(true)))
			.build();
		ClientRequest request = ClientRequest.create(HttpMethod.GET, URI.create("http://localhost")).build();

		ClientResponse taken = new ScopedExchangeFilter(null).filter(request, (sent) -> Mono.just(response))
			.contextWrite((context) -> context.put(ScopeInContext.KEY, quote))
			.blockOptional()
			.orElseThrow();
		CompletableFuture<DataBuffer> body = taken.body(BodyExtractors.toDataBuffers())
			.doOnSubscribe((subscription) -> quote.cancel())
			.next()
			.toFuture();

		assertThat(body).failsWithin(Duration.ofSeconds(20))
			.withThrowableThat()
			.withCauseInstanceOf(ScopeCancelledException.class);
		assertThat(givenUp).isTrue();
		quote.close();
	}

	@Test
	void failureOfThePeerIsNoCancellation() {
		WebClient http = client(Connector.JDK);

		assertThatExceptionOfType(WebClientRequestException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(60)),
					(scope) -> get(http, Peer.RESET).block()))
			.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNull());
	}

	@Test
	void scopeOfTheSubscriberCounts() {
		WebClient http = client(Connector.JDK);
		List<Mono<String>> made = new ArrayList<>();

		this.scopes.run(ScopeOptions.none(), (scope) -> {
			made.add(get(http, Peer.LENGTH));
			scope.cancel();
		});

		assertThat(made.get(0).block(Duration.ofSeconds(20))).isEqualTo("fine");
	}

	@Test
	void deadlineIsToldToThePeer() throws Exception {
		WebClient http = client(Connector.JDK, new ScopedWebClientCustomizer(DeadlineHeader.of("x-timeout-ms")));
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();

		scopes.run(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> get(http, Peer.LENGTH).block());
		scopes.run(ScopeOptions.timeout(Duration.ofMillis(800)),
				(scope) -> http.get()
					.uri(this.peer.url(Peer.LENGTH))
					.header("X-Timeout-Ms", "5")
					.retrieve()
					.toBodilessEntity()
					.block());
		scopes.run(ScopeOptions.none(), (scope) -> get(http, Peer.LENGTH).block());

		assertThat(this.peer.awaitRequest()).containsIgnoringCase("x-timeout-ms: 800\r\n");
		assertThat(this.peer.awaitRequest()).containsIgnoringCase("x-timeout-ms: 5\r\n").doesNotContain("800");
		assertThat(this.peer.awaitRequest()).doesNotContainIgnoringCase("x-timeout-ms");
	}

	/** What comes in place of a body is wrapped, by what retrieve() returns. */
	private static Throwable ours(Throwable failure) {
		return (failure instanceof WebClientResponseException wrapper) ? wrapper.getCause() : failure;
	}

	private void awaitEnd(Connector connector, Phase phase) throws InterruptedException {
		if (connector.closesConnection(phase)) {
			this.peer.awaitAbandoned(phase.path);
		}
	}

	private static void note(Connector connector, Phase phase, long nanos) {
		synchronized (matrix) {
			matrix.computeIfAbsent(connector, (key) -> new TreeMap<>())
				.merge(phase, TimeUnit.NANOSECONDS.toMillis(nanos), Math::max);
		}
	}

	private Mono<String> get(WebClient http, String path) {
		return http.get().uri(this.peer.url(path)).retrieve().bodyToMono(String.class);
	}

	private static WebClient client(Connector connector) {
		return client(connector, new ScopedWebClientCustomizer());
	}

	private static WebClient client(Connector connector, CountDownLatch headers) {
		return client(connector).mutate()
			.filters((filters) -> filters.add(0,
					(request, next) -> next.exchange(request).doOnNext((response) -> headers.countDown())))
			.build();
	}

	private static WebClient client(Connector connector, ScopedWebClientCustomizer customizer) {
		WebClient.Builder builder = WebClient.builder()
			.clientConnector(connectors.computeIfAbsent(connector, (key) -> key.connector.get()));
		customizer.customize(builder);
		return builder.build();
	}

}
