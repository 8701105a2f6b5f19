package io.cancelscope.spring.webflux;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.jayway.jsonpath.JsonPath;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.error.ErrorAttributeOptions;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webflux.error.DefaultErrorAttributes;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left of the handler's answer where a cancelled request gets another one, and in
 * which format that is.
 */
@Timeout(120)
class ReactiveAnswerTests {

	private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		context = ReactiveRequestTests.newContext(Application.class, "cancel-scope.web.expired-header=true",
				"spring.web.resources.static-locations=classpath:/pages/");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hanging", "/nested", "/filtered" })
	void problemDetailHasNoHeadersOfTheHandlersAnswer(String path) throws Exception {
		HttpResponse<String> response = get(path, null);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		hasOnlyHeadersOfEveryAnswer(response.headers());
		assertThat(JsonPath.<Map<String, Object>>read(response.body(), "$")).containsEntry("status", 504)
			.containsEntry("kind", "DEADLINE")
			.containsEntry("detail", "The request exceeded its deadline")
			.containsEntry("instance", path)
			.doesNotContainKeys("scope", "origin", "budget", "elapsed");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hanging", "/nested", "/filtered" })
	void browserGetsThePageOfTheApplication(String path) throws Exception {
		Pages pages = context.getBean(Pages.class);
		pages.scopes.clear();

		HttpResponse<String> response = get(path, BROWSER);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
		assertThat(response.body()).contains("The lobby is slow today");
		hasOnlyHeadersOfEveryAnswer(response.headers());
		assertThat(pages.scopes).isNotEmpty().extracting(CancelScope::name).containsOnly("root");
	}

	private static void hasOnlyHeadersOfEveryAnswer(HttpHeaders headers) {
		assertThat(headers.allValues("Deadline-Expired")).containsExactly("server");
		assertThat(headers.allValues("Cache-Control")).containsExactly("no-store");
		assertThat(headers.map()).doesNotContainKeys("cdn-cache-control", "expires", "etag", "last-modified",
				"content-encoding", "content-disposition");
		assertThat(headers.allValues("Vary")).contains("Origin");
		assertThat(headers.firstValueAsLong("Content-Length").orElse(0)).isNotEqualTo(1000);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { BROWSER, "application/json" })
	void messageOfACancellationStaysInside(String accept) throws Exception {
		HttpResponse<String> response = get("/cancelled", accept);

		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Retry-After")).contains("1");
		assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-store");
		assertThat(response.body()).isNotBlank().doesNotContain("4711", "Endpoints");
	}

	@ParameterizedTest
	@ValueSource(strings = { "*/*", "application/json, text/plain, */*", "application/xml", "image/png", "garbage" })
	void everybodyElseGetsJson(String accept) throws Exception {
		HttpResponse<String> response = get("/filtered", accept);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
	}

	private static HttpResponse<String> get(String path, String accept) throws Exception {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.timeout(Duration.ofSeconds(60));
		if (accept != null) {
			request.header("Accept", accept);
		}
		return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	/**
	 * Ends when the time of the request is up, which is now: the answer has been begun.
	 */
	private static <T> Mono<T> timeUp() {
		return Mono.deferContextual((context) -> {
			((OpenScope) ScopeInContext.current(context)).reschedule(Duration.ZERO);
			return Mono.never();
		});
	}

	/** Sees in which scope error pages are made. */
	static class Pages extends DefaultErrorAttributes {

		private final List<CancelScope> scopes = new CopyOnWriteArrayList<>();

		@Override
		public Map<String, Object> getErrorAttributes(ServerRequest request, ErrorAttributeOptions options) {
			this.scopes.add(CancelScope.current());
			return super.getErrorAttributes(request, options);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Application {

		@Bean
		Pages pages() {
			return new Pages();
		}

		@Bean
		@Order(0)
		WebFilter filter() {
			return (exchange, chain) -> {
				exchange.getResponse().getHeaders().setVary(List.of("Origin"));
				begin(exchange.getResponse());
				return exchange.getRequest().getPath().value().endsWith("/filtered") ? timeUp()
						: chain.filter(exchange);
			};
		}

		private static void begin(ServerHttpResponse response) {
			response.setStatusCode(HttpStatus.OK);
			response.getHeaders().setCacheControl("public, max-age=3600");
			response.getHeaders().set("CDN-Cache-Control", "max-age=3600");
			response.getHeaders().setExpires(2_000_000_000_000L);
			response.getHeaders().setETag("\"7\"");
			response.getHeaders().setLastModified(0);
			response.getHeaders().set("Content-Encoding", "br");
			response.getHeaders().set("Content-Disposition", "attachment");
			response.getHeaders().setContentLength(1000);
		}

	}

	@RestController
	static class Endpoints {

		private final CancelScopes scopes;

		Endpoints(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@GetMapping("/hanging")
		Mono<String> hanging() {
			return timeUp();
		}

		/** Fails where the handler is invoked, with the scope of the request current. */
		@GetMapping("/nested")
		String nested() {
			return this.scopes.call(ScopeOptions.named("fares").withTimeout(Duration.ZERO), (scope) -> {
				scope.check();
				return "never";
			});
		}

		@GetMapping("/cancelled")
		Mono<String> cancelled() {
			return Mono.deferContextual((context) -> {
				CancelScope scope = ScopeInContext.current(context);
				scope.cancel("customer 4711 has unpaid bills");
				scope.check();
				return Mono.just("never");
			});
		}

	}

}
