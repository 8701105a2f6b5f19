package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;

import feign.Feign;
import feign.RequestLine;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.stereotype.Service;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of the page about HTTP clients, which is cut from here.
 */
class HttpClientSnippetTests {

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
	}

	@Test
	void annotatedCallEndsAtItsBudget() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
							CancelScopeHttpClientAutoConfiguration.class, HttpClientAutoConfiguration.class,
							ImperativeHttpClientAutoConfiguration.class, RestClientAutoConfiguration.class))
			.withBean(RestClientCustomizer.class, () -> (builder) -> builder.baseUrl(this.peer.url("")))
			.withBean(SupplierClient.class)
			.run((context) -> {
				SupplierClient supplier = context.getBean(SupplierClient.class);

				assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(supplier::ask)
					.withMessage("scope 'SupplierClient.ask' (300ms) exceeded its deadline");
				this.peer.awaitAbandoned(Peer.SILENT);
			});
	}

	@Test
	void clientMadeByHandEndsWithItsScopeToo() throws Exception {
		String url = this.peer.url(Peer.SILENT);
		CancelScopes scopes = CancelScopes.create();
		// tag::byHand[]
		ScopedRequestFactoryCustomizer scoped = new ScopedRequestFactoryCustomizer(DeadlineHeader.of("grpc-timeout"));
		RestClient http = RestClient.builder()
			.requestFactory(scoped.customize(ClientHttpRequestFactoryBuilder.jdk()).build())
			.build();
		// end::byHand[]

		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> scopes.call(ScopeOptions.timeout(Duration.ofMillis(300)),
					(scope) -> http.get().uri(url).retrieve().body(String.class)));
		assertThat(this.peer.awaitRequest()).containsIgnoringCase("grpc-timeout: ");
	}

	@Test
	void webClientMadeByHandEndsWithItsScopeToo() throws Exception {
		String url = this.peer.url(Peer.SILENT);
		CancelScopes scopes = CancelScopes.create();
		// tag::webClientByHand[]
		WebClient.Builder builder = WebClient.builder();
		new ScopedWebClientCustomizer().customize(builder);
		WebClient http = builder.build();
		// end::webClientByHand[]
		Mono<String> answer = http.get().uri(url).retrieve().bodyToMono(String.class);

		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> scopes.call(ScopeOptions.timeout(Duration.ofSeconds(3)), (scope) -> answer.block()));
		assertThat(this.peer.awaitRequest()).startsWith("GET");
	}

	@Test
	void feignClientMadeByHandEndsWithItsScopeToo() {
		String url = this.peer.url("");
		CancelScopes scopes = CancelScopes.create();
		// tag::feign[]
		Supplier supplier = Feign.builder().addCapability(new ScopedFeignCapability()).target(Supplier.class, url);
		// end::feign[]

		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> scopes.call(ScopeOptions.timeout(Duration.ofMillis(300)), (scope) -> supplier.ask()));
	}

	interface Supplier {

		@RequestLine("GET /silent")
		String ask();

	}

	// tag::annotated[]
	@Service
	static class SupplierClient {

		private final RestClient http;

		SupplierClient(RestClient.Builder builder) { // Spring Boot's
			this.http = builder.build();
		}

		@CancelScoped("300ms")
		String ask() {
			return http.get().uri("/silent").retrieve().body(String.class);
		}

	}
	// end::annotated[]

}
