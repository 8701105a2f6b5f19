package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import com.jayway.jsonpath.JsonPath;
import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.spring.InsufficientBudgetException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Requests over the wire, to each of the servers.
 */
@ParameterizedClass
@EnumSource(Server.class)
class ServletRequestTests {

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private Watch watch;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server,
				(server) -> server.start(Desk.class, "cancel-scope.web.trust-headers=always",
						"cancel-scope.timeouts[GET /callable/deaf]=300ms", "cancel-scope.web.show-scopes=true",
						"cancel-scope.web.expired-header=true", "cancel-scope.web.request-start=X-Request-Start",
						"cancel-scope.web.max-queue-time=1h", "cancel-scope.requires[GET /required]=2h",
						"cancel-scope.requires[GET /usual]=auto"));
		this.watch = this.context.getBean(Watch.class);
		this.watch.forget();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@Test
	void requestHasAScopeThatIsNamedAfterItsEndpoint() {
		assertThat(get("/names/7").body()).isEqualTo("GET /names/{id} -1");
		this.watch.allAreClosed();
		assertThat(this.watch.first().isCancelled()).isFalse();
	}

	@Test
	void requestsThatNobodyServesHaveOneNameTogether() {
		assertThat(get("/wp-login.php").statusCode()).isEqualTo(404);
		assertThat(this.watch.first().name()).isEqualTo("GET /**");
	}

	@Test
	void excludedPathHasNoScope() {
		get("/actuator/health");
		assertThat(this.watch.opened()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hanging", "/filtered", "/wrapped", "/callable/hanging", "/deferred/hanging",
			"/plain/blocking", "/begun" })
	void timeUpIsAGatewayTimeout(String path) {
		HttpResponse<String> response = get(path, "grpc-timeout", "300m");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(response.headers().firstValue("Retry-After")).isEmpty();
		assertThat(response.headers().allValues("Deadline-Expired")).containsExactly("caller");
		Map<String, Object> problem = JsonPath.read(response.body(), "$");
		String name = path.startsWith("/plain") ? "GET /**" : "GET " + path;
		assertThat(problem).containsEntry("status", 504)
			.containsEntry("title", "Gateway Timeout")
			.containsEntry("detail", "scope '" + name + "' (300ms) exceeded its deadline")
			.containsEntry("instance", path)
			.containsEntry("kind", "DEADLINE")
			.containsEntry("scope", name)
			.containsEntry("budget", "300ms")
			.containsEntry("limit", "header grpc-timeout");
		this.watch.allAreClosed();
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/callable/deaf", "/plain/async" })
	void containerGivesUpForThoseWhoDontAsk(String path) {
		CompletableFuture<String> work = this.context.getBean(Desk.Endpoints.class).newWork();
		HttpResponse<String> response = get(path, "grpc-timeout", "300m");
		work.complete("late");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(response.body()).contains("exceeded its deadline");
		this.watch.allAreClosed();
	}

	/** The handler returns a value, and whatever comes late is kept. */
	@Test
	void requestThatIsOutOfTimeIsNotBegun() {
		String tenSecondsAgo = "t=" + Instant.now().minusSeconds(10).toEpochMilli();
		HttpResponse<String> inTime = get("/names/7", "X-Request-Start", tenSecondsAgo, "grpc-timeout", "1H");
		assertThat(inTime.statusCode()).isEqualTo(200);
		this.watch.forget();

		HttpResponse<String> response = get("/names/7", "X-Request-Start", tenSecondsAgo, "grpc-timeout", "5S");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().allValues("Deadline-Expired")).containsExactly("caller");
		assertThat(JsonPath.<String>read(response.body(), "$.detail"))
			.isEqualTo("scope 'GET /names/{id}' (0s) exceeded its deadline");
		this.watch.allAreClosed();
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
		assertThat(get("/names/7").statusCode()).isEqualTo(200);
	}

	@Test
	void requestThatRequiresMoreThanIsLeftIsNotBegun() {
		AtomicInteger begun = this.context.getBean(Desk.Endpoints.class).required();
		int before = begun.get();
		assertThat(get("/required").body()).isEqualTo("done");
		this.watch.forget();

		HttpResponse<String> response = get("/required", "grpc-timeout", "1H");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
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
		assumeThat(this.server).as("the other servers have the same filter").isEqualTo(Server.TOMCAT);
		AtomicInteger begun = this.context.getBean(Desk.Endpoints.class).required();
		Awaitility.await().pollDelay(Duration.ZERO).atMost(Duration.ofSeconds(30)).until(() -> {
			List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 32)
				.mapToObj((i) -> client.sendAsync(request("/usual"), HttpResponse.BodyHandlers.ofString()))
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
		assertThat(response.body()).doesNotContain("budget");
		assertThat(response.headers().firstValue("Deadline-Expired")).isEmpty();
	}

	@Test
	void scopeInsideTellsWhoseTimeItWas() {
		HttpResponse<String> response = get("/nested", "grpc-timeout", "10S");

		assertThat(response.statusCode()).isEqualTo(504);
		assertThat(JsonPath.<String>read(response.body(), "$.scope")).isEqualTo("fares");
		assertThat(JsonPath.<String>read(response.body(), "$.budget")).isEqualTo("20ms");
		assertThat(response.headers().allValues("Deadline-Expired")).containsExactly("server");
	}

	@Test
	void whatComesLateIsStillAnAnswer() {
		assertThat(get("/late", "grpc-timeout", "20m").body()).isEqualTo("late");
	}

	@Test
	void failureIsNoCancellation() {
		assertThat(get("/broken").statusCode()).isEqualTo(500);
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

	@Test
	void scopeThatIsForgottenInsideLeavesTheThreadClean() {
		assertThat(get("/forgetful").body()).isEqualTo("done");
		assertThat(get("/names/7").body()).startsWith("GET /names/{id}");
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/callable", "/deferred", "/streamed" })
	void scopeStaysOpenUntilTheAsynchronousRequestEnds(String path) {
		HttpResponse<String> response = get(path);

		assertThat(response.body()).isEqualTo("GET " + path);
		this.watch.allAreClosed();
		assertThat(this.watch.opened()).hasSize(1).noneMatch(CancelScope::isCancelled);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/committed", "/streamed/endless", "/blocking/endless" })
	void connectionIsBrokenOffWhereAPartOfTheAnswerIsOnItsWay(String path) {
		// Long enough for the part to be on its way, on a busy machine too.
		HttpRequest request = request(path, "grpc-timeout", "1S");
		AtomicInteger status = new AtomicInteger();
		Throwable broken = catchThrowable(
				() -> status.set(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()));
		assumeThat(status).as("no part was on its way yet").doesNotHaveValue(504);
		assertThat(broken).isInstanceOf(IOException.class);
		assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "0", "-1", "99999999999999999999999999", "1e3", "NaN", "100; DROP TABLE quotes",
			"${jndi:ldap://x}", "0x10", "1 000", "' or ''='" })
	void hostileHeaderIsIgnoredAndCounted(String value) {
		Desk.Ignored ignored = this.context.getBean(Desk.Ignored.class);
		int before = ignored.count();
		HttpResponse<String> response = get("/names/7", "x-envoy-expected-rq-timeout-ms", value);

		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("GET /names/{id} -1");
		assertThat(ignored.count()).isEqualTo(before + 1);
	}

	@Test
	void twoHundredAtOnceLeaveNothingBehind() {
		List<CompletableFuture<HttpResponse<String>>> responses = IntStream.range(0, 200)
			.mapToObj((i) -> request((i % 2 == 0) ? "/hanging" : "/callable/hanging", "grpc-timeout", "400m"))
			.map((request) -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
			.toList();

		assertThat(responses).allSatisfy((response) -> assertThat(response).succeedsWithin(Duration.ofSeconds(30))
			.extracting(HttpResponse::statusCode)
			.isEqualTo(504));
		this.watch.allAreClosed();
		assertThat(this.watch.opened()).hasSize(200);
		assertThat(IntStream.range(0, 50).mapToObj((i) -> get("/names/7").body())).containsOnly("GET /names/{id} -1");
	}

	private HttpResponse<String> get(String path, String... headers) {
		try {
			return send(path, headers);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private HttpResponse<String> send(String path, String... headers) throws IOException {
		try {
			return client.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private HttpRequest request(String path, String... headers) {
		HttpRequest.Builder builder = HttpRequest.newBuilder(Server.uri(this.context, path))
			.timeout(Duration.ofSeconds(30));
		return ((headers.length > 0) ? builder.headers(headers) : builder).build();
	}

}
