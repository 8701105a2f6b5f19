package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import feign.Feign;
import feign.FeignException;
import feign.RequestLine;
import feign.RetryableException;
import feign.Retryer;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.SentDeadline;
import io.cancelscope.spring.resilience.RetryUnlessCancelled;
import io.cancelscope.testing.ManualTime;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A server that says that all of its caller's time is used up is not asked again, by
 * whichever client it was asked.
 */
@Timeout(60)
class SpentTimeTests {

	private static final DeadlineHeader HEADER = DeadlineHeader.of("grpc-timeout");

	private static final ScopeOptions QUOTE = ScopeOptions.named("quote").withTimeout(Duration.ofSeconds(20));

	/** Stands still, so that all of the budget is left here. */
	private final CancelScopes scopes = CancelScopes.builder().timeSource(new ManualTime()).build();

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
	void everyClientReadsWhoseTimeItWas(Library library) throws Exception {
		this.scopes.<Exception>run(QUOTE, (scope) -> {
			assertThat(library.ask(this.peer.url(Peer.EXPIRED_SERVER), false)).isEqualTo(504);
			assertThat(SentDeadline.isSpent(scope)).isFalse();

			assertThat(library.ask(this.peer.url(Peer.EXPIRED_CALLER), false)).isEqualTo(504);
			assertThat(SentDeadline.isSpent(scope)).isTrue();
		});
	}

	/** Its own time says nothing of the scope's. */
	@ParameterizedTest
	@EnumSource
	void headerThatTheApplicationHasSetIsNotTheScopes(Library library) throws Exception {
		this.scopes.<Exception>run(QUOTE, (scope) -> {
			assertThat(library.ask(this.peer.url(Peer.EXPIRED_CALLER), true)).isEqualTo(504);

			assertThat(this.peer.awaitRequest()).containsIgnoringCase("grpc-timeout: 1S");
			assertThat(SentDeadline.isSpent(scope)).isFalse();
		});
	}

	@Test
	void serverThatIsNotTheOneToKnowIsNotBelieved() throws Exception {
		RestClient http = restClient(Client.JDK, null);
		this.scopes.<Exception>run(QUOTE, (scope) -> {
			assertThatExceptionOfType(HttpServerErrorException.class).isThrownBy(() -> get(http));

			assertThat(SentDeadline.isSpent(scope)).isFalse();
		});
	}

	@Test
	void retryPolicyEndsWithTheTimeOfTheCaller() {
		RetryTemplate template = template();
		RestClient http = restClient(Client.JDK, HEADER);
		AtomicInteger attempts = new AtomicInteger();

		this.scopes.run(QUOTE,
				(scope) -> assertThatExceptionOfType(RetryException.class).isThrownBy(() -> template.execute(() -> {
					attempts.incrementAndGet();
					return get(http);
				})).withCauseInstanceOf(HttpServerErrorException.class));

		assertThat(attempts).hasValue(1);
	}

	@Test
	void attemptWithLessTimeThanTheRetriesIsTriedAgain() {
		RetryTemplate template = template();
		RestClient http = restClient(Client.JDK, HEADER);
		AtomicInteger attempts = new AtomicInteger();

		this.scopes.run(QUOTE,
				(scope) -> assertThatExceptionOfType(RetryException.class).isThrownBy(() -> template.execute(() -> {
					attempts.incrementAndGet();
					return this.scopes.call(ScopeOptions.timeout(Duration.ofSeconds(5)), (attempt) -> get(http));
				})));

		assertThat(attempts).hasValue(4);
	}

	@Test
	void retryerOfFeignEndsWithTheTimeOfTheCaller() {
		AtomicInteger answers = new AtomicInteger();
		Api api = Feign.builder().retryer(new Retryer.Default(1, 1, 4)).errorDecoder((method, response) -> {
			answers.incrementAndGet();
			return new RetryableException(response.status(), "again", response.request().httpMethod(), (Long) null,
					response.request());
		}).addCapability(new ScopedFeignCapability(HEADER)).target(Api.class, this.peer.url(""));

		this.scopes.run(QUOTE, (scope) -> {
			assertThatExceptionOfType(RetryableException.class).isThrownBy(api::server);
			assertThat(answers).hasValue(4);

			assertThatExceptionOfType(RetryableException.class).isThrownBy(api::caller);
			assertThat(answers).hasValue(5);
		});
	}

	private static RetryTemplate template() {
		return new RetryTemplate(
				RetryUnlessCancelled.policy(RetryPolicy.builder().maxRetries(3).delay(Duration.ZERO).build()));
	}

	private String get(RestClient http) {
		return http.get().uri(this.peer.url(Peer.EXPIRED_CALLER)).retrieve().body(String.class);
	}

	private static RestClient restClient(Client client, DeadlineHeader header) {
		return RestClient.builder()
			.requestFactory(new ScopedRequestFactoryCustomizer(header).customize(client.builder()).build())
			.build();
	}

	interface Api {

		@RequestLine("GET /expired/caller")
		String caller();

		@RequestLine("GET /expired/server")
		String server();

	}

	enum Library {

		REST_CLIENT_JDK {

			@Override
			int ask(String url, boolean own) {
				return rest(Client.JDK, url, own);
			}

		},

		REST_CLIENT_SIMPLE {

			@Override
			int ask(String url, boolean own) {
				return rest(Client.SIMPLE, url, own);
			}

		},

		WEB_CLIENT {

			@Override
			int ask(String url, boolean own) {
				WebClient.Builder builder = WebClient.builder();
				new ScopedWebClientCustomizer(HEADER).customize(builder);
				try {
					builder.build().get().uri(url).headers((headers) -> {
						if (own) {
							headers.set("grpc-timeout", "1S");
						}
					}).retrieve().toBodilessEntity().block(Duration.ofSeconds(20));
					return 200;
				}
				catch (WebClientResponseException ex) {
					return ex.getStatusCode().value();
				}
			}

		},

		JDK_CLIENT {

			@Override
			int ask(String url, boolean own) throws Exception {
				HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
				if (own) {
					request.header("grpc-timeout", "1S");
				}
				return new ScopedJdkClient(HttpClient.newHttpClient(), HEADER)
					.send(request.build(), HttpResponse.BodyHandlers.ofString())
					.statusCode();
			}

		},

		OK_HTTP {

			@Override
			int ask(String url, boolean own) throws Exception {
				OkHttpClient http = new OkHttpClient.Builder().addInterceptor(new ScopedOkHttpInterceptor(HEADER))
					.build();
				Request.Builder request = new Request.Builder().url(url);
				if (own) {
					request.header("grpc-timeout", "1S");
				}
				try (Response response = http.newCall(request.build()).execute()) {
					return response.code();
				}
				finally {
					http.dispatcher().executorService().shutdown();
					http.connectionPool().evictAll();
				}
			}

		},

		FEIGN {

			@Override
			int ask(String url, boolean own) {
				Feign.Builder builder = Feign.builder().retryer(Retryer.NEVER_RETRY);
				if (own) {
					builder.requestInterceptor((template) -> template.header("grpc-timeout", "1S"));
				}
				Api api = builder.addCapability(new ScopedFeignCapability(HEADER))
					.target(Api.class, url.substring(0, url.indexOf("/expired")));
				try {
					return (url.endsWith("caller") ? api.caller() : api.server()).length();
				}
				catch (FeignException ex) {
					return ex.status();
				}
			}

		};

		/** Returns the status of the answer. */
		abstract int ask(String url, boolean own) throws Exception;

		private static int rest(Client client, String url, boolean own) {
			try {
				restClient(client, HEADER).get().uri(url).headers((headers) -> {
					if (own) {
						headers.set("grpc-timeout", "1S");
					}
				}).retrieve().toBodilessEntity();
				return 200;
			}
			catch (HttpServerErrorException ex) {
				return ex.getStatusCode().value();
			}
		}

	}

}
