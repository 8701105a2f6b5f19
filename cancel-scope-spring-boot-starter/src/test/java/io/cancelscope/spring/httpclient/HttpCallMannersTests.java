package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.BufferingClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.StreamUtils;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How calls behave around their scope: what is sent, what is kept, and what everybody is
 * told.
 */
class HttpCallMannersTests {

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

	@ParameterizedTest
	@EnumSource
	void requestStaysWhatItIsWhereNoScopeIsOpen(Client client) throws IOException {
		ClientHttpRequest request = client.factory().createRequest(URI.create(this.peer.url("/")), HttpMethod.GET);

		assertThat(request.getClass().getPackageName()).isEqualTo("org.springframework.http.client");
	}

	@ParameterizedTest
	@EnumSource
	void nothingIsSentInACancelledScope(Client client) {
		RestClient http = client(client);

		assertThatExceptionOfType(ScopeCancelledException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				get(http, Peer.LENGTH);
			}));

		assertThat(this.peer.connections()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void answersComeOverOneConnection(Client client) {
		RestClient http = client(client);

		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(60)), (scope) -> {
			for (int i = 0; i < 5; i++) {
				assertThat(get(http, Peer.LENGTH)).isEqualTo("fine");
				assertThat(get(http, Peer.CHUNKED)).isEqualTo("fine");
			}
		});

		assertThat(this.peer.connections()).isLessThanOrEqualTo(mostConnections(client));
	}

	@ParameterizedTest
	@EnumSource
	void cancellationAfterTheAnswerLeavesTheConnectionAlone(Client client) {
		RestClient http = client(client);

		for (int i = 0; i < 5; i++) {
			this.scopes.run(ScopeOptions.none(), (scope) -> {
				get(http, Peer.LENGTH);
				scope.cancel();
			});
		}

		assertThat(get(http, Peer.LENGTH)).isEqualTo("fine");
		assertThat(this.peer.connections()).isLessThanOrEqualTo(mostConnections(client));
	}

	@ParameterizedTest
	@EnumSource
	void failureOfThePeerIsNoCancellation(Client client) {
		RestClient http = client(client);

		assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(
				() -> this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(60)), (scope) -> get(http, Peer.RESET)))
			.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNull());
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIMPLE")
	void parserOfTheBodyDoesNotHideTheException(Client client) throws Exception {
		CountDownLatch headers = new CountDownLatch(1);
		RestClient http = client(client, headers);
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();

		FutureTask<?> call = Worker.PLATFORM
			.call(() -> scopes.call(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(200)),
					(scope) -> http.get().uri(this.peer.url(Peer.HALF_JSON)).retrieve().body(Trip.class)));
		assertThat(headers.await(20, TimeUnit.SECONDS)).isTrue();
		time.advance(Duration.ofMillis(200));

		assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quote' (200ms) exceeded its deadline");
		this.peer.awaitAbandoned(Peer.HALF_JSON);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIMPLE")
	void bodyThatNobodyReadsIsNotDrainedForEver(Client client) throws Exception {
		CountDownLatch headers = new CountDownLatch(1);
		RestClient http = client(client, headers);
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();

		FutureTask<?> call = Worker.PLATFORM.call(() -> scopes.call(ScopeOptions.timeout(Duration.ofMillis(200)),
				(scope) -> http.get().uri(this.peer.url(Peer.DRIP)).retrieve().toBodilessEntity().getStatusCode()));
		assertThat(headers.await(20, TimeUnit.SECONDS)).isTrue();
		this.peer.awaitDrip();
		time.advance(Duration.ofMillis(200));

		assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(HttpStatus.OK);
		this.peer.awaitAbandoned(Peer.DRIP);
	}

	@ParameterizedTest
	@EnumSource
	void bodyIsNotReadPastTheDeadline(Client client) {
		RestClient http = client(client);
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();

		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> scopes.call(ScopeOptions.timeout(Duration.ofSeconds(1)),
					(scope) -> http.get().uri(this.peer.url(Peer.LENGTH)).exchange((request, response) -> {
						time.advance(Duration.ofSeconds(1));
						return StreamUtils.copyToString(response.getBody(), StandardCharsets.US_ASCII);
					})));

		assertThat(time.pending()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void answerWhoseBodyIsNotNeededIsKeptThoughItIsLate(Client client) {
		RestClient http = client(client);
		ManualTime time = new ManualTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(time).build();

		Object status = scopes.call(ScopeOptions.timeout(Duration.ofSeconds(1)),
				(scope) -> http.get().uri(this.peer.url(Peer.LENGTH)).exchange((request, response) -> {
					time.advance(Duration.ofSeconds(1));
					return response.getStatusCode();
				}));

		assertThat(status).isEqualTo(HttpStatus.OK);
		assertThat(get(http, Peer.LENGTH)).isEqualTo("fine");
	}

	@Test
	void swallowedExceptionComesAgain() {
		RestClient http = client(Client.JDK);

		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> this.scopes.call(ScopeOptions.none(),
				(scope) -> http.get().uri(this.peer.url(Peer.LENGTH)).exchange((request, response) -> {
					scope.cancel();
					try {
						return StreamUtils.copyToString(response.getBody(), StandardCharsets.US_ASCII);
					}
					catch (ScopeCancelledException ex) {
						return "swallowed";
					}
				})));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIMPLE")
	void twoHundredCallsEndAtOnce(Client client) throws Exception {
		RestClient http = client(client);
		List<FutureTask<String>> calls = new ArrayList<>();
		OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));

		for (int i = 0; i < 200; i++) {
			calls.add(Worker.PLATFORM.call(request.wrap(() -> get(http, Peer.SILENT))));
		}
		this.peer.awaitRequest();
		request.cancel("never mind");

		for (FutureTask<String> call : calls) {
			assertThat(Worker.failure(call)).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'request' was cancelled: never mind");
		}
		request.close();
		assertThat(get(http, Peer.LENGTH)).isEqualTo("fine");
		assertThat(Thread.getAllStackTraces().values())
			.noneMatch((stack) -> List.of(stack).toString().contains(Exchange.class.getName()));
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIMPLE")
	void connectingEndsAtTheDeadline(Client client) throws Exception {
		RestClient http = client(client);

		try (ServerSocket full = Unreachable.open()) {
			FutureTask<?> call = Worker.PLATFORM
				.call(() -> this.scopes.call(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(200)),
						(scope) -> http.get()
							.uri("http://localhost:" + full.getLocalPort())
							.retrieve()
							.body(String.class)));

			assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIMPLE")
	void pauseBeforeAnotherAttemptEndsAtTheDeadline(Client client) throws Exception {
		RestClient http = client(client);

		FutureTask<?> call = Worker.PLATFORM.call(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(200)),
				(scope) -> http.get().uri(this.peer.url(Peer.LATER)).exchange((request, response) -> {
					// Only HttpComponents tries again, a minute later.
					assertThat(client).isNotEqualTo(Client.HTTP_COMPONENTS);
					return StreamUtils.copyToString(response.getBody(), StandardCharsets.US_ASCII);
				})));

		if (client == Client.HTTP_COMPONENTS) {
			assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class);
		}
		else {
			assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("busy");
		}
	}

	@ParameterizedTest
	@EnumSource
	void deadlineIsToldToThePeer(Client client) throws Exception {
		RestClient http = client(client, "grpc-timeout");
		ManualTime time = new ManualTime();

		CancelScopes.builder().timeSource(time).build().run(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> {
			time.advance(Duration.ofMillis(300));
			get(http, Peer.LENGTH);
		});

		assertThat(this.peer.awaitRequest()).containsIgnoringCase("grpc-timeout: 500000u\r\n");
	}

	@Test
	void applicationsOwnHeaderStays() throws Exception {
		RestClient http = client(Client.JDK, "grpc-timeout");

		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(60)),
				(scope) -> http.get()
					.uri(this.peer.url(Peer.LENGTH))
					.header("Grpc-Timeout", "1S")
					.retrieve()
					.body(String.class));

		assertThat(this.peer.awaitRequest()).containsIgnoringCase("grpc-timeout: 1S\r\n").doesNotContain("u\r\n");
	}

	@Test
	void noHeaderTellsOfNoDeadline() throws Exception {
		RestClient http = client(Client.JDK, "grpc-timeout");

		this.scopes.run(ScopeOptions.none(), (scope) -> get(http, Peer.LENGTH));
		get(http, Peer.LENGTH);

		assertThat(this.peer.awaitRequest()).doesNotContainIgnoringCase("grpc-timeout");
		assertThat(this.peer.awaitRequest()).doesNotContainIgnoringCase("grpc-timeout");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void templatesCallsEndToo(boolean streamed) throws Exception {
		RestTemplate http = new RestTemplate(Client.HTTP_COMPONENTS.factory());

		FutureTask<?> call = Worker.PLATFORM
			.call(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(200)), (scope) -> http
				.postForObject(this.peer.url(streamed ? Peer.HALF : Peer.SILENT), "trip", String.class)));

		assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIMPLE")
	void factoryMadeByHandIsWrapped(Client client) throws Exception {
		ClientHttpRequestFactory factory = new ScopedRequestFactoryCustomizer().wrap(client.builder().build());
		RestClient http = RestClient.builder().requestFactory(factory).build();

		for (String path : List.of(Peer.SILENT, Peer.HALF)) {
			FutureTask<?> call = Worker.PLATFORM
				.call(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(200)), (scope) -> get(http, path)));

			assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class);
			this.peer.awaitAbandoned(path);
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIMPLE")
	void factoryInsideOneThatBuffersIsReached(Client client) throws Exception {
		ClientHttpRequestFactory factory = new ScopedRequestFactoryCustomizer()
			.wrap(new BufferingClientHttpRequestFactory(client.builder().build()));
		RestClient http = RestClient.builder().requestFactory(factory).build();

		FutureTask<?> call = Worker.PLATFORM.call(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(200)),
				(scope) -> get(http, Peer.SILENT)));

		assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class);
		this.peer.awaitAbandoned(Peer.SILENT);
	}

	@Test
	void factoryIsWrappedOnce() {
		ScopedRequestFactoryCustomizer customizer = new ScopedRequestFactoryCustomizer();
		ClientHttpRequestFactory factory = customizer.wrap(ClientHttpRequestFactoryBuilder.jdk().build());

		assertThat(customizer.wrap(factory)).isSameAs(factory);
		ClientHttpRequestFactory around = new BufferingClientHttpRequestFactory(factory);
		assertThat(customizer.wrap(around)).isSameAs(around);
	}

	private String get(RestClient http, String path) {
		return http.get().uri(this.peer.url(path)).retrieve().body(String.class);
	}

	/** Jetty hands out the answer before it gives the connection back. */
	private static int mostConnections(Client client) {
		return (client == Client.JETTY) ? 3 : 1;
	}

	private static RestClient client(Client client) {
		return RestClient.builder().requestFactory(client.factory()).build();
	}

	private static RestClient client(Client client, CountDownLatch headers) {
		return client(client).mutate().requestInterceptor((request, body, execution) -> {
			ClientHttpResponse response = execution.execute(request, body);
			headers.countDown();
			return response;
		}).build();
	}

	private static RestClient client(Client client, String header) {
		ScopedRequestFactoryCustomizer customizer = new ScopedRequestFactoryCustomizer(DeadlineHeader.of(header));
		return RestClient.builder().requestFactory(customizer.customize(client.builder()).build()).build();
	}

	record Trip(String from, String to) {

	}

}
