package io.cancelscope.spring.webflux;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import com.jayway.jsonpath.JsonPath;
import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.request.IgnoredDeadlineListener;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Requests over the wire, to Reactor Netty.
 */
@Timeout(120)
class ReactiveRequestTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static ConfigurableApplicationContext context;

	private Watch watch;

	@BeforeAll
	static void start() {
		context = newContext(Application.class, "cancel-scope.web.trust-headers=always",
				"cancel-scope.web.show-scopes=true", "cancel-scope.web.expired-header=true",
				"cancel-scope.web.request-start=X-Request-Start", "cancel-scope.web.max-queue-time=1h",
				"cancel-scope.requires[GET /required]=2h", "cancel-scope.requires[GET /usual]=auto",
				"management.endpoints.web.exposure.include=health,cancelbudgets",
				"management.endpoint.cancelbudgets.access=unrestricted");
	}

	static ConfigurableApplicationContext newContext() {
		return newContext(Application.class, "cancel-scope.web.trust-headers=always");
	}

	static ConfigurableApplicationContext newContext(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.REACTIVE)
			.properties(properties)
			.properties("server.port=0", "spring.autoconfigure.exclude="
					+ "org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration,"
					+ "org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration,"
					+ "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration,"
					+ "org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyReactiveManagementContextAutoConfiguration")
			.run("--spring.main.web-application-type=reactive");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void forget() {
		this.watch = context.getBean(Watch.class);
		this.watch.opened.clear();
		this.watch.closed.clear();
	}

	@Test
	void scopeIsInTheContextUnderTheKeyThatTheReactorFeatureLooksFor() {
		assertThat(CancelScopeWebFilter.KEY).isEqualTo(ScopeInContext.KEY);
		assertThat(get("/names/7").body()).isEqualTo("GET /names/{id} -1");
		this.watch.allAreClosed();
		assertThat(this.watch.first().isCancelled()).isFalse();
	}

	@Test
	void requestsThatNobodyServesHaveOneNameTogetherAndAreNoFailures() {
		assertThat(get("/wp-login.php").statusCode()).isEqualTo(404);
		this.watch.allAreClosed();
		assertThat(this.watch.first().name()).isEqualTo("GET /**");
		assertThat(this.watch.first().isCancelled()).isFalse();
	}

	@Test
	void excludedPathHasNoScope() {
		get("/actuator/health");
		assertThat(this.watch.opened).isEmpty();
	}

	/** Nothing of WebFlux serves gRPC. */
	@Test
	void requestThatClaimsToBeGrpcHasAScope() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port() + "/names/7"))
			.header("Content-Type", "application/grpc")
			.POST(HttpRequest.BodyPublishers.noBody())
			.build();

		client.send(request, HttpResponse.BodyHandlers.discarding());

		assertThat(this.watch.first().name()).isEqualTo("POST /names/{id}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hanging", "/blocking", "/filtered", "/wrapped", "/meddling" })
	void timeUpIsAGatewayTimeout(String path) {
		HttpResponse<String> response = get(path, "grpc-timeout", "300m");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(response.headers().firstValue("X-Meddled")).isEmpty();
		assertThat(response.headers().allValues("Deadline-Expired")).containsExactly("caller");
		Map<String, Object> problem = JsonPath.read(response.body(), "$");
		assertThat(problem).containsEntry("status", 504)
			.containsEntry("detail", "scope 'GET " + path + "' (300ms) exceeded its deadline")
			.containsEntry("instance", path)
			.containsEntry("kind", "DEADLINE")
			.containsEntry("scope", "GET " + path)
			.containsEntry("budget", "300ms")
			.containsEntry("limit", "header grpc-timeout");
		this.watch.allAreClosed();
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
	}

	@Test
	void requestThatIsOutOfTimeIsNotBegun() {
		Endpoints endpoints = context.getBean(Endpoints.class);
		String tenSecondsAgo = "t=" + Instant.now().minusSeconds(10).toEpochMilli();
		assertThat(get("/begun", "X-Request-Start", tenSecondsAgo, "grpc-timeout", "1H").statusCode()).isEqualTo(200);
		assertThat(endpoints.begun).hasValue(1);
		this.watch.opened.clear();

		HttpResponse<String> response = get("/begun", "X-Request-Start", tenSecondsAgo, "grpc-timeout", "5S");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().allValues("Deadline-Expired")).containsExactly("caller");
		assertThat(endpoints.begun).hasValue(1);
		this.watch.allAreClosed();
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
	}

	@Test
	void requestThatRequiresMoreThanIsLeftIsNotBegun() {
		AtomicInteger begun = context.getBean(Endpoints.class).required;
		int before = begun.get();
		assertThat(get("/required").body()).isEqualTo("done");
		this.watch.opened.clear();

		HttpResponse<String> response = get("/required", "grpc-timeout", "1H");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Retry-After")).isEmpty();
		assertThat(response.headers().allValues("Deadline-Expired")).containsExactly("caller");
		Map<String, Object> problem = JsonPath.read(response.body(), "$");
		assertThat(problem).containsEntry("detail", "scope 'GET /required' (1h) exceeded its deadline")
			.containsEntry("kind", "DEADLINE")
			.containsEntry("limit", "header grpc-timeout");
		assertThat(begun).hasValue(before + 1);
		this.watch.allAreClosed();
		assertThat(this.watch.reason().cause()).isInstanceOf(InsufficientBudgetException.class);
	}

	/**
	 * Race: of requests that end at the same moment, some are not learnt. So more are
	 * sent than have to be known.
	 */
	@Test
	void requestWhoseUsualTimeIsNotLeftIsNotBegun() {
		AtomicInteger begun = context.getBean(Endpoints.class).required;
		Awaitility.await().pollDelay(Duration.ZERO).atMost(Duration.ofSeconds(30)).until(() -> {
			List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 32)
				.mapToObj(
						(i) -> client.sendAsync(request("/usual", new String[0]), HttpResponse.BodyHandlers.ofString()))
				.toList();
			responses.forEach((response) -> assertThat(response.join().body()).isEqualTo("done"));
			this.watch.allAreClosed();
			int before = begun.get();
			return get("/usual", "grpc-timeout", "150m").statusCode() == 504 && begun.get() == before;
		});
		assertThat(get("/usual", "grpc-timeout", "1H").body()).isEqualTo("done");
	}

	@Test
	void cancelledIsUnavailableForAWhile() {
		HttpResponse<String> response = get("/cancelled");

		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Retry-After")).contains("1");
		assertThat(JsonPath.<String>read(response.body(), "$.detail"))
			.isEqualTo("scope 'GET /cancelled' was cancelled");
		assertThat(response.headers().firstValue("Deadline-Expired")).isEmpty();
	}

	/** A request that is running keeps its budget. */
	@Test
	void nextRequestHasTheBudgetThatIsChangedWhileTheServerRuns() {
		CompletableFuture<HttpResponse<String>> running = client.sendAsync(request("/hanging", new String[0]),
				HttpResponse.BodyHandlers.ofString());
		CancelScope scope = this.watch.first();

		HttpResponse<String> changed = budgets("POST", "/GET%20/hanging", "{\"timeout\": \"300ms\"}");

		assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
		assertThat(JsonPath.<Double>read(changed.body(), "$.budget.timeout")).isEqualTo(300);
		HttpResponse<String> next = get("/hanging");
		assertThat(next.statusCode()).isEqualTo(504);
		assertThat(JsonPath.<String>read(next.body(), "$.budget")).isEqualTo("300ms");
		assertThat(scope.isCancelled()).isFalse();
		assertThat(scope.remaining()).isEmpty();
		scope.cancel("the desk closes");
		assertThat(running).succeedsWithin(SOON).extracting(HttpResponse::statusCode).isEqualTo(503);

		HttpResponse<String> endpoint = budgets("POST", "/GET%20/names/%7Bid%7D", "{\"timeout\": \"1h\"}");
		assertThat(endpoint.statusCode()).as(endpoint.body()).isEqualTo(200);
		assertThat(get("/names/7").body()).matches("GET /names/\\{id} [0-9]+");
		assertThat(budgets("DELETE", "", "").statusCode()).isLessThan(300);
		assertThat(get("/names/7").body()).isEqualTo("GET /names/{id} -1");
	}

	/** The kill switch. */
	@Test
	void nextRequestHasTheModeThatIsChangedWhileTheServerRuns() {
		assertThat(get("/begun-late", "grpc-timeout", "100m").statusCode()).isEqualTo(504);

		assertThat(budgets("POST", "", "{\"mode\": \"observe\"}").statusCode()).isEqualTo(200);

		assertThat(get("/begun-late", "grpc-timeout", "100m").body()).isEqualTo("late");
		assertThat(budgets("DELETE", "", "").statusCode()).isLessThan(300);
		assertThat(get("/begun-late", "grpc-timeout", "100m").statusCode()).isEqualTo(504);
	}

	private static HttpResponse<String> budgets(String method, String name, String body) {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + port() + "/actuator/cancelbudgets" + name))
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.header("Content-Type", "application/json")
			.header("Accept", "application/json")
			.timeout(Duration.ofSeconds(30))
			.build();
		try {
			return client.send(request, HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void headerOfTheHandlersSaysWhoseTimeItWas() {
		HttpResponse<String> response = get("/labelled", "grpc-timeout", "300m");

		assertThat(response.statusCode()).isEqualTo(504);
		assertThat(response.headers().allValues("Deadline-Expired")).containsExactly("supplier");
	}

	@Test
	void handlerOfTheUsersWins() {
		assertThat(get("/handled").statusCode()).isEqualTo(402);
		assertThat(get("/conflict").statusCode()).isEqualTo(409);
	}

	@Test
	void failureIsNoCancellation() {
		assertThat(get("/broken").statusCode()).isEqualTo(500);
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

	@Test
	void connectionIsBrokenOffWhereAPartOfTheAnswerIsOnItsWay() {
		// Long enough for the part to be on its way, on a busy machine too.
		assertThatException().isThrownBy(() -> send("/endless", "grpc-timeout", "1S")).isInstanceOf(IOException.class);
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hanging", "/blocking", "/endless" })
	void clientThatGoesAwayCancelsTheScope(String path) throws IOException {
		CompletableFuture<String> noticedOn = new CompletableFuture<>();
		Socket socket = request(path);
		try (socket) {
			this.watch.first().onCancel((reason) -> noticedOn.complete(Thread.currentThread().getName()));
		}

		assertThat(noticedOn).succeedsWithin(SOON).asString().startsWith("cancel-scope-web");
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DISCONNECTED);
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "0", "-1", "99999999999999999999999999", "1e3", "NaN", "100; DROP TABLE quotes",
			"${jndi:ldap://x}", "0x10", "1 000", "' or ''='" })
	void hostileHeaderIsIgnoredAndCounted(String value) {
		Ignored ignored = context.getBean(Ignored.class);
		int before = ignored.count.get();
		HttpResponse<String> response = get("/names/7", "x-envoy-expected-rq-timeout-ms", value);

		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("GET /names/{id} -1");
		assertThat(ignored.count).hasValue(before + 1);
	}

	@Test
	void twoHundredAtOnceLeaveNothingBehind() {
		List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 200)
			.mapToObj((i) -> request((i % 2 == 0) ? "/hanging" : "/blocking", "grpc-timeout", "400m"))
			.map((request) -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
			.toList();

		assertThat(responses).allSatisfy((response) -> assertThat(response).succeedsWithin(Duration.ofSeconds(30))
			.extracting(HttpResponse::statusCode)
			.isEqualTo(504));
		this.watch.allAreClosed();
		assertThat(this.watch.opened).hasSize(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.enabled=false", "cancel-scope.web.enabled=false" })
	void featureIsOffByProperty(String property) {
		runner().withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeWebFilter"));
	}

	@Test
	void featureIsAbsentOutsideOfReactiveApplications() {
		new WebApplicationContextRunner().withConfiguration(configurations())
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeWebFilter"));
		runner().withClassLoader(new FilteredClassLoader("org.springframework.web.reactive.", "reactor."))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeWebFilter"));
	}

	@Test
	void filterOfTheUsersReplacesOurs() {
		WebFilter own = (exchange, chain) -> chain.filter(exchange);
		runner().withBean("cancelScopeWebFilter", WebFilter.class, () -> own)
			.run((context) -> assertThat(context).getBean(WebFilter.class).isSameAs(own));
	}

	private static ReactiveWebApplicationContextRunner runner() {
		return new ReactiveWebApplicationContextRunner().withConfiguration(configurations());
	}

	private static AutoConfigurations configurations() {
		return AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeWebFluxAutoConfiguration.class);
	}

	private static HttpResponse<String> get(String path, String... headers) {
		try {
			return send(path, headers);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static HttpResponse<String> send(String path, String... headers) throws IOException {
		try {
			return client.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static HttpRequest request(String path, String... headers) {
		HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
			.timeout(Duration.ofSeconds(30));
		return ((headers.length > 0) ? builder.headers(headers) : builder).build();
	}

	private static Socket request(String path) throws IOException {
		Socket socket = new Socket("localhost", port());
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private static int port() {
		return ((WebServerApplicationContext) context).getWebServer().getPort();
	}

	static class Ignored implements IgnoredDeadlineListener {

		private final AtomicInteger count = new AtomicInteger();

		@Override
		public void ignored(DeadlineHeader header) {
			this.count.incrementAndGet();
		}

	}

	static class Watch implements CancelScopeListener {

		final List<CancelScope> opened = new CopyOnWriteArrayList<>();

		final List<CancelScope> closed = new CopyOnWriteArrayList<>();

		@Override
		public void opened(CancelScope scope) {
			this.opened.add(scope);
		}

		@Override
		public void closed(CancelScope scope) {
			this.closed.add(scope);
		}

		/** Often: hundreds of requests wait for it, one after the other. */
		private static ConditionFactory soon() {
			return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(SOON);
		}

		CancelScope first() {
			soon().until(() -> !this.opened.isEmpty());
			return this.opened.get(0);
		}

		CancelReason reason() {
			CancelScope scope = first();
			soon().until(scope::isCancelled);
			return scope.reason().orElseThrow();
		}

		void allAreClosed() {
			soon().untilAsserted(() -> assertThat(this.closed).containsAll(this.opened));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Application {

		@Bean
		Watch watch() {
			return new Watch();
		}

		@Bean
		Ignored ignored() {
			return new Ignored();
		}

		@Bean
		@Order(0)
		WebFilter slowFilter() {
			return (exchange, chain) -> exchange.getRequest().getPath().value().endsWith("/filtered") ? Mono.never()
					: chain.filter(exchange);
		}

	}

	@RestController
	static class Endpoints {

		private final AtomicInteger begun = new AtomicInteger();

		@GetMapping("/begun")
		Mono<String> begun() {
			this.begun.incrementAndGet();
			return Mono.just("begun");
		}

		private final AtomicInteger required = new AtomicInteger();

		@GetMapping("/required")
		Mono<String> required() {
			this.required.incrementAndGet();
			return Mono.just("done");
		}

		/** Takes longer than its budget. */
		@GetMapping("/begun-late")
		Mono<String> begunLate() {
			return Mono.delay(Duration.ofMillis(300)).thenReturn("late");
		}

		/** Takes its time. */
		@GetMapping("/usual")
		Mono<String> usual() {
			this.required.incrementAndGet();
			return Mono.delay(Duration.ofMillis(300)).thenReturn("done");
		}

		private static Mono<CancelScope> scope() {
			return Mono.deferContextual((context) -> Mono.just(ScopeInContext.current(context)));
		}

		@GetMapping("/names/{id}")
		Mono<String> name(@PathVariable String id) {
			return scope().map((scope) -> scope.name() + " " + scope.remaining().map(Duration::toMillis).orElse(-1L));
		}

		@GetMapping("/hanging")
		Mono<String> hanging() {
			return Mono.never();
		}

		@GetMapping("/labelled")
		Mono<String> labelled(ServerHttpResponse response) {
			response.getHeaders().set("Deadline-Expired", "supplier");
			return Mono.never();
		}

		/** Is interrupted by Reactor when nobody wants its result any more. */
		@GetMapping("/blocking")
		Mono<String> blocking() {
			return Mono.fromCallable(() -> String.valueOf(new CountDownLatch(1).await(30, TimeUnit.SECONDS)))
				.subscribeOn(Schedulers.boundedElastic());
		}

		@GetMapping("/filtered")
		Mono<String> filtered() {
			return Mono.just("never");
		}

		@GetMapping("/wrapped")
		Mono<String> wrapped() {
			return scope().flatMap((scope) -> Mono.create((sink) -> scope.onCancel((reason) -> {
				try {
					scope.check();
				}
				catch (ScopeCancelledException ex) {
					sink.error(new IllegalArgumentException("the query failed", ex));
				}
			})));
		}

		/** Would still answer when it is cancelled. */
		@GetMapping("/meddling")
		Mono<Void> meddling(ServerHttpResponse response) {
			return Mono.<Void>never().doOnCancel(() -> {
				response.setStatusCode(HttpStatus.LOCKED);
				response.getHeaders().set("X-Meddled", "yes");
				response.setComplete().subscribe();
			});
		}

		@GetMapping("/cancelled")
		Mono<String> cancelled() {
			return scope().map((scope) -> {
				scope.cancel("the desk closes");
				scope.check();
				return "never";
			});
		}

		@GetMapping("/handled")
		Mono<String> handled() {
			return scope().map((scope) -> {
				throw new UnsupportedOperationException();
			});
		}

		@GetMapping("/conflict")
		Mono<String> conflict() {
			return Mono.fromCallable(() -> CancelScopes.create()
				.<String, RuntimeException>call(ScopeOptions.timeout(Duration.ZERO).checkOnExit(), (scope) -> "never"))
				.onErrorMap((ex) -> new ResponseStatusException(HttpStatus.CONFLICT, "stopped", ex));
		}

		@GetMapping("/broken")
		Mono<String> broken() {
			return Mono.error(new IllegalStateException("broken"));
		}

		@GetMapping("/endless")
		Flux<String> endless() {
			return Flux.interval(Duration.ofMillis(1)).map((tick) -> "tick\n").onBackpressureDrop();
		}

		@ExceptionHandler
		@ResponseStatus(HttpStatus.PAYMENT_REQUIRED)
		Mono<String> handle(UnsupportedOperationException ex) {
			return Mono.just("handled");
		}

	}

}
