package io.cancelscope.spring.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.SettingsFixture;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPatternParser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

class RequestScopesTests {

	private static final String ENVOY = "x-envoy-expected-rq-timeout-ms";

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	private final List<DeadlineHeader> ignored = new ArrayList<>();

	@AfterEach
	void nothingIsScheduled() {
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "GET, /quotes, GET /quotes", "POST, /quotes, POST /quotes", "GET, /orders/7, GET /orders/{id}",
			"GET, /orders/new, GET /orders/new", "GET, /wp-login.php, GET /**", "GET, /quotes/, GET /**",
			"BREW, /quotes, OTHER /quotes", "get, /quotes, OTHER /quotes" })
	void nameIsMethodAndPattern(String method, String path, String name) {
		assertThat(name(method, path)).isEqualTo(name);
	}

	@Test
	void nameHasNothingOfTheCallers() {
		assertThat(name("GET\r\nX", "/orders/7%0d%0aWARN all is well")).isEqualTo("OTHER /orders/{id}");
	}

	@Test
	void thereIsNoLimitUnlessSet() {
		assertThat(budget(Map.of(), Map.of())).isNull();
	}

	@Test
	void limitOfTheEndpointWinsOverTheGeneralOne() {
		Map<String, String> both = Map.of("cancel-scope.web.timeout", "2s", "cancel-scope.timeouts[GET /quotes]",
				"800ms");
		assertThat(budget(both, Map.of())).isEqualTo(Duration.ofMillis(800));
		assertThat(budget(Map.of("cancel-scope.web.timeout", "2s"), Map.of())).isEqualTo(Duration.ofSeconds(2));
	}

	@ParameterizedTest
	@CsvSource({ "GET /orders/{id}, HEAD, /orders/7, PT2S", "GET /orders/**, POST, /orders/7, PT5S",
			"GET /orders/**, GET, /orders/7, PT2S", "GET /orders/**, HEAD, /orders/7, PT2S",
			"GET /static/**, GET, /static/logo.png, PT2S", "HEAD /**, GET, /quotes, PT5S",
			"HEAD /**, HEAD, /quotes, PT2S" })
	void limitIsThatOfTheKeyThatFitsTheRequest(String key, String method, String path, Duration limit) {
		RequestScopes requests = request(
				Map.of("cancel-scope.web.timeout", "5s", "cancel-scope.timeouts[" + key + "]", "2s"));

		RequestScope request = requests.open(method, path(path), (header) -> List.of(), () -> null);
		Optional<Duration> remaining = request.scope().remaining();
		request.scope().close();

		assertThat(remaining).contains(limit);
	}

	@Test
	void requestIsNamedAfterThePatternThatSetsItsMode() {
		RequestScopes requests = request(Map.of("cancel-scope.modes[GET /static/**]", "observe",
				"cancel-scope.modes[GET /orders/**]", "observe", "cancel-scope.timeouts[GET /**]", "1s"));

		assertThat(name(requests, "/static/logo.png")).isEqualTo("GET /static/**");
		assertThat(name(requests, "/orders/7")).isEqualTo("GET /orders/{id}");
		assertThat(name(requests, "/favicon.ico")).isEqualTo("GET /**");
	}

	private static String name(RequestScopes requests, String path) {
		RequestScope request = requests.open("GET", path(path), (header) -> List.of(), () -> null);
		request.scope().close();
		return request.scope().name();
	}

	@ParameterizedTest
	@CsvSource({ "300, 300", "1999, 1999", "2000, 2000", "2001, 2000", "999999999999, 2000" })
	void headerShortensTheServersLimitAndNeverExtendsIt(String sent, long millis) {
		assertThat(budget(Map.of("cancel-scope.web.timeout", "2s"), Map.of(ENVOY, List.of(sent))))
			.isEqualTo(Duration.ofMillis(millis));
	}

	@Test
	void headerLimitsARequestThatHasNoLimit() {
		assertThat(budget(Map.of(), Map.of("grpc-timeout", List.of("250m")))).isEqualTo(Duration.ofMillis(250));
	}

	@Test
	void shortestOfAllCounts() {
		assertThat(budget(Map.of(), Map.of(ENVOY, List.of("700", "x", "400"), "grpc-timeout", List.of("1S"))))
			.isEqualTo(Duration.ofMillis(400));
		assertThat(this.ignored).hasSize(1);
	}

	@Test
	void headerIsKeptWithinTheFloorAndTheCap() {
		Map<String, String> bounds = Map.of("cancel-scope.web.min-timeout", "50ms", "cancel-scope.web.max-timeout",
				"10s");
		assertThat(budget(bounds, Map.of(ENVOY, List.of("1")))).isEqualTo(Duration.ofMillis(50));
		assertThat(budget(bounds, Map.of("grpc-timeout", List.of("99999999H")))).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void floorDoesNotExtendTheServersLimit() {
		Map<String, String> properties = Map.of("cancel-scope.web.min-timeout", "50ms", "cancel-scope.web.timeout",
				"20ms");
		assertThat(budget(properties, Map.of(ENVOY, List.of("1")))).isEqualTo(Duration.ofMillis(20));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "0", "-1", "-9223372036854775808", "99999999999999999999999999", "1e3", "NaN", "５００",
			"100; DROP TABLE quotes", "100\r\nSet-Cookie: admin=1", "\u0000", "${jndi:ldap://x}", "1_000", "0x10" })
	void hostileHeaderIsIgnoredAndCounted(String value) {
		assertThat(budget(Map.of("cancel-scope.web.timeout", "2s"), Map.of(ENVOY, List.of(value))))
			.isEqualTo(Duration.ofSeconds(2));
		assertThat(this.ignored).extracting(DeadlineHeader::name).containsExactly(ENVOY);
	}

	@Test
	void headersCanBeChosen() {
		Map<String, String> properties = Map.of("cancel-scope.web.headers", "X-Request-Timeout=seconds");
		assertThat(budget(properties, Map.of("X-Request-Timeout", List.of("3"), ENVOY, List.of("1"))))
			.isEqualTo(Duration.ofSeconds(3));
	}

	@ParameterizedTest
	@CsvSource({ "/manage/health, true", "/manage, true", "/actuator/health, false", "/quotes, false" })
	void pathsOfTheActuatorAreExcluded(String path, boolean excluded) {
		assertThat(request(Map.of()).excludes(path(path))).isEqualTo(excluded);
	}

	@ParameterizedTest
	@CsvSource({ "/manage/health, false", "/streams/1, true", "/quotes, false" })
	void pathsOfThePropertyAreExcludedInstead(String path, boolean excluded) {
		Map<String, String> properties = Map.of("cancel-scope.web.exclude", "/streams/**");

		assertThat(request(properties).excludes(path(path))).isEqualTo(excluded);
	}

	@Test
	void emptyPropertyExcludesNothing() {
		assertThat(request(Map.of("cancel-scope.web.exclude", "")).excludes(path("/manage/health"))).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					timeout     | -1s          | The duration must not be negative. Give a number and a unit, for example '800ms' or '2s'.
					max-timeout | 0ms          | The upper limit must not be less than cancel-scope.web.min-timeout, which is 100ms.
					headers     | X-Timeout    | Header 'X-Timeout' has no format.
					""")
	void wrongPropertyIsRefused(String property, String value, String problem) {
		assertThatException().isThrownBy(() -> web(Map.of("cancel-scope.web." + property, value)))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessageStartingWith("Property cancel-scope.web." + property + " with value ")
			.withMessageContaining(problem);
	}

	@Test
	void timeUpIsAGatewayTimeoutThatTellsWhoseTimeItWas() {
		RequestScope request = open(Map.of("cancel-scope.web.timeout", "800ms"), Map.of());
		this.time.advance(Duration.ofMillis(801));
		ResponseEntity<ProblemDetail> answer = request.answerTo(cancellation(request));
		request.scope().close();

		assertThat(answer.getStatusCode().value()).isEqualTo(504);
		assertThat(answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isNull();
		ProblemDetail problem = answer.getBody();
		assertThat(problem).isNotNull();
		assertThat(problem.getDetail()).isEqualTo("The request exceeded its deadline");
		assertThat(problem.getProperties()).isEqualTo(Map.of("kind", "DEADLINE"));
		assertThat(answer.getHeaders().getCacheControl()).isEqualTo("no-store");
	}

	@Test
	void scopeAndBudgetAreShownIfThatIsWanted() {
		RequestScope request = open(Map.of("cancel-scope.web.timeout", "800ms", "cancel-scope.web.show-scopes", "true"),
				Map.of());
		this.time.advance(Duration.ofMillis(801));
		ResponseEntity<ProblemDetail> answer = request.answerTo(cancellation(request));
		request.scope().close();

		ProblemDetail problem = answer.getBody();
		assertThat(problem).isNotNull();
		assertThat(problem.getDetail()).isEqualTo("scope 'GET /quotes' (800ms) exceeded its deadline");
		assertThat(problem.getProperties())
			.isEqualTo(Map.of("kind", "DEADLINE", "scope", "GET /quotes", "budget", "800ms"));
	}

	@Test
	void problemIsAboutTheOneScopeThatEnded() {
		RequestScope request = open(Map.of("cancel-scope.web.timeout", "3s", "cancel-scope.web.show-scopes", "true"),
				Map.of());
		ResponseEntity<ProblemDetail> answer;
		CancelScope.Registration attachment = request.scope().attach();
		try (attachment;
				OpenScope notes = this.scopes
					.open(ScopeOptions.named("NoteService.slow").withTimeout(Duration.ofMillis(300)));
				OpenScope query = this.scopes.open(ScopeOptions.named("query").withTimeout(Duration.ofSeconds(1)))) {
			this.time.advance(Duration.ofMillis(300));
			answer = request.answerTo(cancellation(query));
			assertThat(notes.isCancelled()).isTrue();
		}
		request.scope().close();

		ProblemDetail problem = answer.getBody();
		assertThat(problem).isNotNull();
		assertThat(problem.getDetail()).isEqualTo("scope 'NoteService.slow' (300ms) exceeded its deadline");
		assertThat(problem.getProperties())
			.isEqualTo(Map.of("kind", "DEADLINE", "scope", "NoteService.slow", "budget", "300ms"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			REQUESTED | false | The request was cancelled
			REQUESTED | true  | scope 'GET /quotes' (2s) was cancelled
			SHUTDOWN  | false | The application is shutting down
			SHUTDOWN  | true  | The application is shutting down
			FAILED    | false | The request was cancelled because of a failure
			FAILED    | true  | scope 'GET /quotes' (2s) was cancelled because of a failure
			""")
	void messagesStayInside(CancelReason.Kind kind, String shown, String detail) {
		RequestScope request = open(Map.of("cancel-scope.web.timeout", "2s", "cancel-scope.web.show-scopes", shown),
				Map.of());
		request.scope().cancel(kind, "customer 4711 has unpaid bills", new IllegalStateException("customer 4711 owes"));
		ResponseEntity<ProblemDetail> answer = request.answerTo(cancellation(request));
		request.scope().close();

		assertThat(answer.toString()).doesNotContain("4711").contains("kind=" + kind);
		ProblemDetail problem = answer.getBody();
		assertThat(problem).isNotNull();
		assertThat(problem.getDetail()).isEqualTo(detail);
	}

	@Test
	void cancelledIsUnavailableForAWhile() {
		RequestScope request = open(Map.of("cancel-scope.web.retry-after", "1500ms"), Map.of());
		request.scope().cancel("the desk closes");
		ResponseEntity<ProblemDetail> answer = request.answerTo(cancellation(request));
		request.scope().close();

		assertThat(answer.getStatusCode().value()).isEqualTo(503);
		assertThat(answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("2");
	}

	@Test
	void serverNeverWaitsLongerThanWhatIsLeft() {
		RequestScope request = open(Map.of("cancel-scope.web.timeout", "800ms"), Map.of());
		this.time.advance(Duration.ofMillis(300));

		assertThat(request.limit(30_000)).isEqualTo(500);
		assertThat(request.limit(0)).isEqualTo(500);
		assertThat(request.limit(100)).isEqualTo(100);
		assertThat(request.serverGaveUp()).isFalse();
		assertThat(request.limit(-1)).isEqualTo(500);
		assertThat(request.serverGaveUp()).isTrue();
		assertThat(request.exception()).hasMessage("scope 'GET /quotes' (800ms) exceeded its deadline");
		request.scope().close();
	}

	private static ScopeCancelledException cancellation(RequestScope request) {
		return cancellation(request.scope());
	}

	private static ScopeCancelledException cancellation(CancelScope scope) {
		ScopeCancelledException found = ScopeCancelledException.findIn(scope.exception());
		assertThat(found).isNotNull();
		return found;
	}

	/** Of a caller who is believed. */
	private Duration budget(Map<String, String> properties, Map<String, List<String>> headers) {
		Map<String, String> all = new HashMap<>(properties);
		all.put("cancel-scope.web.trust-headers", "always");
		RequestScope request = open(all, headers);
		Duration budget = request.scope().remaining().orElse(null);
		request.scope().close();
		return budget;
	}

	private RequestScope open(Map<String, String> properties, Map<String, List<String>> headers) {
		return request(properties).open("GET", path("/quotes"), (header) -> headers.getOrDefault(header, List.of()),
				() -> null);
	}

	private String name(String method, String path) {
		RequestScope request = request(Map.of()).open(method, path(path), (header) -> List.of(), () -> null);
		request.scope().close();
		return request.scope().name();
	}

	private RequestScopes request(Map<String, String> properties) {
		return new RequestScopes(this.scopes, this.time, general(properties), web(properties),
				() -> Stream.of("/orders/{id}", "/orders/new", "/quotes", "/*/{any}/{other}")
					.map(PathPatternParser.defaultInstance::parse),
				this.ignored::add, () -> Stream.of(() -> Stream.of("/manage/**")));
	}

	private static PathContainer path(String path) {
		return PathContainer.parsePath(path);
	}

	private static ScopeSettings general(Map<String, String> properties) {
		return SettingsFixture.inFile(properties).settings();
	}

	private static CancelScopeWebProperties web(Map<String, String> properties) {
		return binder(properties).bindOrCreate("cancel-scope.web", CancelScopeWebProperties.class);
	}

	private static Binder binder(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties));
	}

}
