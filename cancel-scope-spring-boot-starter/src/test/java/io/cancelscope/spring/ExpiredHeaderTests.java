package io.cancelscope.spring;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.spring.request.CancelScopeWebProperties;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose time it was, in the header {@code Deadline-Expired}.
 */
class ExpiredHeaderTests {

	private static final String HEADER = "Deadline-Expired";

	private static final Map<String, String> ON = Map.of("cancel-scope.web.expired-header", "true",
			"cancel-scope.web.trust-headers", "always");

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	private @Nullable RequestScope request;

	@AfterEach
	void close() {
		if (this.request != null) {
			this.request.scope().close();
		}
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			 2s  |      | 2000 | server | no header
			     | 250m |  250 | caller | no limit of the server's
			 2s  | 250m |  250 | caller | the caller has less
			 2s  | 5S   | 2000 | server | the caller has more
			 2s  | 2S   | 2000 | caller | both have the same
			 20s | 1n   |  100 | caller | raised to the lower limit
			     | 9H   | 3000 | server | lowered to the upper limit
			 2s  | x    | 2000 | server | not to be read
			""")
	void valueSaysWhetherTheCallerHasTimeLeft(@Nullable String own, @Nullable String sent, long millis,
			String expected) {
		Map<String, String> properties = new HashMap<>(ON);
		properties.put("cancel-scope.web.max-timeout", "3s");
		if (own != null) {
			properties.put("cancel-scope.web.timeout", own);
		}
		RequestScope request = open(properties, (sent != null) ? List.of(sent) : List.of());

		this.time.advance(Duration.ofMillis(millis - 1));
		assertThat(request.scope().isCancelled()).isFalse();
		this.time.advance(Duration.ofMillis(1));

		assertThat(headers(request, request.scope()).get(HEADER)).containsExactly(expected);
	}

	@Test
	void shortestOfTheCallersTimesCounts() {
		RequestScope request = open(ON, List.of("5S", "250m", "1S"));
		this.time.advance(Duration.ofMillis(250));

		assertThat(headers(request, request.scope()).get(HEADER)).containsExactly("caller");
	}

	@Test
	void callerWhoIsNotBelievedHasSaidNothing() {
		RequestScope request = open(
				Map.of("cancel-scope.web.expired-header", "true", "cancel-scope.web.timeout", "250ms"),
				List.of("250m"));
		this.time.advance(Duration.ofMillis(250));

		assertThat(headers(request, request.scope()).get(HEADER)).containsExactly("server");
	}

	/** The tie belongs to the ancestor, and is the caller's in any case. */
	@ParameterizedTest
	@CsvSource({ "300, 100, 100, server", "300, 300, 300, caller", "300, 1000, 300, caller", "300, 100, 400, caller" })
	void limitOfAScopeInsideIsTheServers(long callers, long inside, long passed, String expected) {
		RequestScope request = open(ON, List.of(callers + "m"));
		CancelScope.Registration attachment = request.scope().attach();
		try (attachment;
				OpenScope fares = this.scopes
					.open(ScopeOptions.named("fares").withTimeout(Duration.ofMillis(inside)))) {
			this.time.advance(Duration.ofMillis(passed));

			assertThat(headers(request, fares).get(HEADER)).containsExactly(expected);
		}
	}

	/** Race: a container's clock is a little ahead of the deadline. */
	@ParameterizedTest
	@CsvSource({ "20s, 250m, caller", "250ms, 5S, server" })
	void limitIsWhoseItWasWhereTheServerGivesUpEarly(String own, String sent, String expected) {
		Map<String, String> properties = new HashMap<>(ON);
		properties.put("cancel-scope.web.timeout", own);
		RequestScope request = open(properties, List.of(sent));
		this.time.advance(Duration.ofMillis(249));
		request.expire();

		assertThat(headers(request, request.scope()).get(HEADER)).containsExactly(expected);
	}

	@ParameterizedTest
	@EnumSource(value = CancelReason.Kind.class, names = { "REQUESTED", "SHUTDOWN", "FAILED", "DISCONNECTED" })
	void otherReasonsHaveNoHeader(CancelReason.Kind kind) {
		RequestScope request = open(ON, List.of("250m"));
		request.scope().cancel(kind, "the desk closes", null);
		this.time.advance(Duration.ofMillis(250));

		assertThat(headers(request, request.scope()).containsHeader(HEADER)).isFalse();
	}

	@Test
	void headerIsOffByDefault() {
		RequestScope request = open(Map.of("cancel-scope.web.trust-headers", "always"), List.of("250m"));
		this.time.advance(Duration.ofMillis(250));

		assertThat(headers(request, request.scope()).containsHeader(HEADER)).isFalse();
	}

	@Test
	void headerOfTheApplicationStays() {
		RequestScope request = open(ON, List.of("250m"));
		this.time.advance(Duration.ofMillis(250));

		assertThat(request.answerTo(cancellation(request.scope()), HEADER::equals).getHeaders().containsHeader(HEADER))
			.isFalse();
		assertThat(request.answerTo(cancellation(request.scope()), "X-Other"::equals).getHeaders().get(HEADER))
			.containsExactly("caller");
	}

	private static HttpHeaders headers(RequestScope request, CancelScope scope) {
		return request.answerTo(cancellation(scope)).getHeaders();
	}

	private static ScopeCancelledException cancellation(CancelScope scope) {
		return Objects.requireNonNull(ScopeCancelledException.findIn(scope.exception()));
	}

	private RequestScope open(Map<String, String> properties, List<String> sent) {
		Binder binder = new Binder(new MapConfigurationPropertySource(properties));
		RequestScopes requests = new RequestScopes(this.scopes, this.time,
				SettingsFixture.inFile(properties).settings(),
				binder.bindOrCreate("cancel-scope.web", CancelScopeWebProperties.class), Stream::empty, (header) -> {
				});
		RequestScope request = requests.open("GET", PathContainer.parsePath("/quotes"),
				(header) -> header.equals("grpc-timeout") ? sent : List.of(), () -> null);
		this.request = request;
		return request;
	}

}
