package io.cancelscope.spring.request;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.SettingsFixture;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.server.PathContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The time that a request has spent in a queue before it came here.
 */
class RequestStartTests {

	private static final String START = "X-Request-Start";

	private static final String GRPC = "grpc-timeout";

	private static final Instant NOW = Instant.ofEpochMilli(1_700_000_010_000L);

	/** A second before. */
	private static final String SECOND = "t=1700000009.000";

	private static final Map<String, String> ON = Map.of("cancel-scope.web.request-start", START,
			"cancel-scope.web.trust-headers", "always", "cancel-scope.web.expired-header", "true");

	private final ManualTime time = new ManualTime();

	private final List<CancelReason> observed = new ArrayList<>();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.observe("GET /observed/**"::equals)
		.listener(new CancelScopeListener() {

			@Override
			public void observed(CancelScope scope, CancelReason reason) {
				RequestStartTests.this.observed.add(reason);
			}

		})
		.build();

	private final List<DeadlineHeader> ignored = new ArrayList<>();

	private @Nullable RequestScope request;

	@AfterEach
	void close() {
		if (this.request != null) {
			this.request.scope().close();
		}
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "t=1700000009.123, PT0.877S", "1700000009.123, PT0.877S", "t=1700000009, PT1S",
			"t=1700000009.000000001, PT0.999999999S", "1700000009123, PT0.877S", "t=1700000009123, PT0.877S",
			"1700000009123456, PT0.876544S", "t=1700000009123456, PT0.876544S" })
	void secondsMillisecondsAndMicrosecondsAreUnderstood(String value, Duration queued) {
		assertThat(remaining(Map.of("cancel-scope.web.timeout", "5s"), Map.of(START, List.of(value))))
			.isEqualTo(Duration.ofSeconds(5).minus(queued));
		assertThat(this.ignored).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "t=", "0", "-1", "now", "1700000009.", "1700000009.1234567890", "170000000",
			"t=t=1700000009", "17000000091", "99999999999999999999999999", "１７０００００００９",
			"1700000009; DROP TABLE quotes", "1700000009\r\nSet-Cookie: admin=1", "\u0000", "${jndi:ldap://x}", "1.7e9",
			"Tue, 14 Nov 2023 22:13:29 GMT" })
	void hostileValueIsIgnoredAndCounted(String value) {
		assertThat(remaining(Map.of("cancel-scope.web.timeout", "5s"), Map.of(START, List.of(value))))
			.isEqualTo(Duration.ofSeconds(5));
		assertThat(this.ignored).extracting(DeadlineHeader::name).containsExactly(START);
	}

	@ParameterizedTest
	@CsvSource({ "t=1700000011, 0, 5000", "t=1700000070.001, 1, 5000", "t=1699999950.001, 0, 0", "t=1699999950, 0, 0",
			"t=1699999949.999, 1, 5000", "t=0000000001, 1, 5000" })
	void clocksThatDifferAreNotBelievedTooFar(String value, int ignored, long millis) {
		assertThat(remaining(Map.of("cancel-scope.web.timeout", "5s"), Map.of(START, List.of(value))))
			.isEqualTo(Duration.ofMillis(millis));
		assertThat(this.ignored).hasSize(ignored);
	}

	@Test
	void boundOfTheQueueCanBeChosen() {
		Map<String, String> properties = Map.of("cancel-scope.web.timeout", "5s", "cancel-scope.web.max-queue-time",
				"500ms");

		assertThat(remaining(properties, Map.of(START, List.of(SECOND)))).isEqualTo(Duration.ofSeconds(5));
		assertThat(this.ignored).hasSize(1);
	}

	@Test
	void longestOfSeveralCounts() {
		assertThat(remaining(Map.of("cancel-scope.web.timeout", "5s"),
				Map.of(START, List.of("1700000009.9", SECOND, "x", "1700000009.5"))))
			.isEqualTo(Duration.ofSeconds(4));
		assertThat(this.ignored).hasSize(1);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					5s |      | 4000 |
					5s | 3S   | 2000 | header grpc-timeout of the caller, after 1s in a queue by header X-Request-Start
					   | 3S   | 2000 | header grpc-timeout of the caller, after 1s in a queue by header X-Request-Start
					2s | 3S   | 1000 | after 1s in a queue by header X-Request-Start
					5s | 1050m | 100 | header grpc-timeout of the caller, raised to cancel-scope.web.min-timeout, after 1s in a queue by header X-Request-Start
					""")
	void timeOfTheCallerAndOfTheServerAreLess(@Nullable String own, @Nullable String sent, long millis,
			@Nullable String source) {
		Map<String, String> properties = (own != null) ? Map.of("cancel-scope.web.timeout", own) : Map.of();
		Map<String, List<String>> headers = new HashMap<>(Map.of(START, List.of(SECOND)));
		if (sent != null) {
			headers.put(GRPC, List.of(sent));
		}

		RequestScope request = open(properties, "/quotes", headers);

		assertThat(request.scope().remaining()).contains(Duration.ofMillis(millis));
		assertThat(request.scope().details().budgetSource())
			.isEqualTo(Objects.requireNonNullElse(source, "after 1s in a queue by header X-Request-Start"));
		assertThat(request.isTooLateToBegin()).isFalse();
	}

	@Test
	void requestWithoutALimitHasNone() {
		RequestScope request = open(Map.of(), "/quotes", Map.of(START, List.of(SECOND)));

		assertThat(request.scope().remaining()).isEmpty();
		assertThat(request.scope().details().budgetSource()).isNull();
		assertThat(request.isTooLateToBegin()).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "1s, , server", "900ms, , server", ", 1S, caller", ", 50m, caller", "5s, 900m, caller",
			"900ms, 5S, server", "900ms, 500m, caller" })
	void requestThatIsOutOfTimeIsNotBegun(@Nullable String own, @Nullable String sent, String whose) {
		Map<String, String> properties = (own != null) ? Map.of("cancel-scope.web.timeout", own) : Map.of();
		Map<String, List<String>> headers = new HashMap<>(Map.of(START, List.of(SECOND)));
		if (sent != null) {
			headers.put(GRPC, List.of(sent));
		}

		RequestScope request = open(properties, "/quotes", headers);

		assertThat(request.isTooLateToBegin()).isTrue();
		ScopeCancelledException cancellation = Objects
			.requireNonNull(ScopeCancelledException.findIn(request.exception()));
		assertThat(request.answerTo(cancellation).getStatusCode().value()).isEqualTo(504);
		assertThat(request.answerTo(cancellation).getHeaders().get("Deadline-Expired")).containsExactly(whose);
	}

	/** It was the server's will that such requests begin, and end at the first check. */
	@Test
	void budgetOfZeroIsNoQueue() {
		RequestScope request = open(Map.of("cancel-scope.web.timeout", "0ms"), "/quotes", Map.of());

		assertThat(request.scope().isCancelled()).isTrue();
		assertThat(request.isTooLateToBegin()).isFalse();
	}

	@Test
	void observedRequestIsBegun() {
		RequestScope request = open(
				Map.of("cancel-scope.web.timeout", "900ms", "cancel-scope.modes[GET /observed/**]", "observe"),
				"/observed/7", Map.of(START, List.of(SECOND)));

		assertThat(request.isTooLateToBegin()).isFalse();
		request.scope().check();
		request.scope().close();
		assertThat(this.observed).extracting(CancelReason::kind).containsExactly(CancelReason.Kind.DEADLINE);
	}

	@Test
	void headerIsNotReadByDefault() {
		RequestScope request = open(
				requests(Map.of("cancel-scope.web.trust-headers", "always", "cancel-scope.web.timeout", "5s")),
				"/quotes", Map.of(START, List.of(SECOND)));

		assertThat(request.scope().remaining()).contains(Duration.ofSeconds(5));
	}

	/** Where no address is known, there is no proxy. */
	@Test
	void strangersAreNotBelieved() {
		Map<String, String> properties = new HashMap<>(ON);
		properties.put("cancel-scope.web.trust-headers", "from-proxies");
		properties.put("cancel-scope.web.timeout", "5s");
		RequestScope request = open(requests(properties), "/quotes", Map.of(START, List.of(SECOND)));

		assertThat(request.scope().remaining()).contains(Duration.ofSeconds(5));
		assertThat(this.ignored).isEmpty();
	}

	@Test
	void headerIsReadWhereNoOtherIs() {
		assertThat(remaining(Map.of("cancel-scope.web.timeout", "5s", "cancel-scope.web.headers", ""),
				Map.of(START, List.of(SECOND))))
			.isEqualTo(Duration.ofSeconds(4));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					request-start  | X Request | always | The value is not a valid name of a header. Give a name such as 'X-Request-Start'.
					request-start  | X-Start   | never  | The header is never read, because cancel-scope.web.trust-headers is 'never'.
					max-queue-time | -1s       | always | The duration must not be negative.
					""")
	void wrongPropertyIsRefused(String property, String value, String trust, String problem) {
		assertThatException().isThrownBy(
				() -> requests(Map.of("cancel-scope.web." + property, value, "cancel-scope.web.trust-headers", trust)))
			.havingRootCause()
			.withMessageStartingWith(
					"Property cancel-scope.web." + property + " with value '" + value + "' is invalid: ")
			.withMessageContaining(problem);
	}

	private Duration remaining(Map<String, String> properties, Map<String, List<String>> headers) {
		return open(properties, "/quotes", headers).scope().remaining().orElseThrow();
	}

	private RequestScope open(Map<String, String> properties, String path, Map<String, List<String>> headers) {
		Map<String, String> all = new HashMap<>(ON);
		all.putAll(properties);
		return open(requests(all), path, headers);
	}

	private RequestScope open(RequestScopes requests, String path, Map<String, List<String>> headers) {
		RequestScope request = requests.open("GET", PathContainer.parsePath(path),
				(header) -> headers.getOrDefault(header, List.of()), () -> null);
		this.request = request;
		return request;
	}

	private RequestScopes requests(Map<String, String> properties) {
		Binder binder = new Binder(new MapConfigurationPropertySource(properties));
		InstantSource clock = InstantSource.fixed(NOW);
		return new RequestScopes(this.scopes, this.time, SettingsFixture.inFile(properties).settings(),
				binder.bindOrCreate("cancel-scope.web", CancelScopeWebProperties.class), Stream::empty,
				this.ignored::add, Stream::empty, clock);
	}

}
