package io.cancelscope.spring.request;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.SettingsFixture;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code cancel-scope.requires} for requests: one whose time no longer suffices is not
 * begun.
 */
class RequiredByRequestsTests {

	private static final Instant NOW = Instant.ofEpochMilli(1_700_000_010_000L);

	private static final int ENOUGH = 20;

	private static final Map<String, String> AUTO = Map.of("cancel-scope.requires[GET /quotes]", "auto");

	private final ManualTime time = new ManualTime();

	private final List<CancelReason> observed = new ArrayList<>();

	private final List<ScopeOutcome> outcomes = new ArrayList<>();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.observe("GET /observed"::equals)
		.listener(new CancelScopeListener() {

			@Override
			public void observed(CancelScope scope, CancelReason reason) {
				RequiredByRequestsTests.this.observed.add(reason);
			}

			@Override
			public void closed(CancelScope scope) {
				RequiredByRequestsTests.this.outcomes.add(ScopeOutcome.of(scope, scope.details()));
			}

		})
		.build();

	@AfterEach
	void nothingIsScheduled() {
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void requestWhoseUsualTimeIsNotLeftIsNotBegun() {
		RequestScopes requests = requests(AUTO);
		take(requests, "/quotes", ENOUGH, 300);

		try (Request request = open(requests, "/quotes", "299m")) {
			assertThat(request.scope.isTooLateToBegin()).isTrue();
			assertThat(request.cancellation().reason().cause()).isInstanceOf(InsufficientBudgetException.class);
			assertThat(request.cancellation())
				.hasMessageContaining("was cancelled: it usually takes 300ms, and only 299ms are left");
		}
		assertThat(this.outcomes).last().isEqualTo(ScopeOutcome.SHED);
		begins(requests, "/quotes", "450m");
		begins(requests, "/quotes");
	}

	@Test
	void requestBeginsUntilEnoughAreKnown() {
		RequestScopes requests = requests(AUTO);
		take(requests, "/quotes", ENOUGH - 1, 300);

		begins(requests, "/quotes", "200m");
	}

	@Test
	void nothingIsRefusedUnlessAPropertyAsksForIt() {
		RequestScopes requests = requests(
				Map.of("cancel-scope.requires[GET /fares]", "auto", "cancel-scope.requires[GET /fares/{id}]", "off"));
		take(requests, "/quotes", ENOUGH, 300);
		take(requests, "/fares/7", ENOUGH, 300);

		begins(requests, "/quotes", "200m");
		begins(requests, "/fares/7", "200m");
	}

	@Test
	void durationIsRequiredFromTheFirstRequestOn() {
		RequestScopes requests = requests(Map.of("cancel-scope.requires[GET /quotes]", "200ms"));

		begins(requests, "/quotes", "200m");
		begins(requests, "/quotes");
		try (Request request = open(requests, "/quotes", "199m")) {
			assertThat(request.scope.isTooLateToBegin()).isTrue();
			assertThat(request.cancellation())
				.hasMessageContaining("it requires 200ms to start, and only 199ms are left");
		}
	}

	/** The caller learns nothing of what was learnt. */
	@ParameterizedTest
	@CsvSource({ ", 200m, 500m, caller", "250ms, 5S, 5S, server" })
	void answerIsThatOfARequestThatIsOutOfTime(@Nullable String own, String left, String late, String whose) {
		Map<String, String> properties = new HashMap<>(AUTO);
		if (own != null) {
			properties.put("cancel-scope.web.timeout", own);
		}
		RequestScopes limited = requests(properties);
		take(limited, "/quotes", ENOUGH, 300);
		ResponseEntity<ProblemDetail> expected;
		try (Request request = open(limited, "/quotes", "t=1700000009.000", late)) {
			assertThat(request.cancellation().reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
			expected = request.answer();
		}

		try (Request request = open(limited, "/quotes", left)) {
			assertThat(request.scope.isTooLateToBegin()).isTrue();
			assertThat(request.cancellation().reason().kind()).isEqualTo(CancelReason.Kind.REQUESTED);
			ResponseEntity<ProblemDetail> answer = request.answer();
			assertThat(answer.getStatusCode().value()).isEqualTo(504);
			assertThat(answer.getHeaders().get("Deadline-Expired")).containsExactly(whose);
			assertThat(answer.getBody().getDetail()).isEqualTo("The request exceeded its deadline");
			assertThat(answer.getBody().getProperties()).containsEntry("kind", "DEADLINE");
			assertThat(answer.getBody().getProperties().containsKey("limit")).isEqualTo(own == null);
			assertThat(answer).isEqualTo(expected);
		}
	}

	/** It is busy, and not out of time: trying again later may help. */
	@Test
	void methodInsideThatRequiresMoreIsStillUnavailable() {
		RequestScopes requests = requests(AUTO);
		try (Request request = open(requests, "/quotes");
				OpenScope method = this.scopes.open(ScopeOptions.named("fares"))) {
			method.cancel("it requires 2s", new InsufficientBudgetException(Duration.ofSeconds(2), Duration.ZERO));
			ScopeCancelledException cancellation = Objects
				.requireNonNull(ScopeCancelledException.findIn(method.exception()));

			assertThat(request.scope.answerTo(cancellation).getStatusCode().value()).isEqualTo(503);
		}
	}

	@Test
	void endpointsOfAPatternAreLearntOneByOne() {
		RequestScopes requests = requests(Map.of("cancel-scope.requires[GET /fares/**]", "auto"));
		take(requests, "/fares", ENOUGH, 10);
		take(requests, "/fares/7", ENOUGH, 300);

		begins(requests, "/fares", "200m");
		try (Request request = open(requests, "/fares/8", "200m")) {
			assertThat(request.scope.isTooLateToBegin()).isTrue();
			assertThat(request.scope.scope().name()).isEqualTo("GET /fares/{id}");
		}
	}

	/** The machinery is that of methods, which UsualTimeTests looks at. */
	@Test
	void oneOfFiftyRefusedRequestsIsTried() {
		RequestScopes requests = requests(AUTO);
		take(requests, "/quotes", ENOUGH, 300);
		this.time.advance(Duration.ofSeconds(3));
		int begun = 0;
		for (int i = 0; i < 50; i++) {
			try (Request request = open(requests, "/quotes", "200m")) {
				begun += request.scope.isTooLateToBegin() ? 0 : 1;
			}
		}

		assertThat(begun).isOne();
	}

	@ParameterizedTest
	@CsvSource({ "auto, it usually takes 300ms", "300ms, it requires 300ms to start" })
	void observedRequestIsBegunAndCounted(String required, String message) {
		RequestScopes requests = requests(Map.of("cancel-scope.requires[GET /observed]", required));
		take(requests, "/observed", ENOUGH, 300);
		assertThat(this.observed).isEmpty();

		try (Request request = open(requests, "/observed", "200m")) {
			assertThat(request.scope.isTooLateToBegin()).isFalse();
			assertThat(request.scope.scope().isCancelled()).isFalse();
		}
		assertThat(this.observed).singleElement().satisfies((reason) -> {
			assertThat(reason.message()).startsWith(message);
			assertThat(reason.cause()).isInstanceOf(InsufficientBudgetException.class);
		});
		begins(requests, "/observed");
	}

	@Test
	void requestThatItsDeadlineStopsTakesLonger() {
		RequestScopes requests = requests(AUTO);
		end(requests, "250m", 250, (scope) -> scope.exception());

		try (Request request = open(requests, "/quotes", "250m")) {
			assertThat(request.cancellation()).hasMessageContaining("it usually takes 250ms");
		}
	}

	@Test
	void requestWhoseClientLeavesTakesLonger() {
		RequestScopes requests = requests(AUTO);
		end(requests, "5S", 250, (scope) -> scope.clientIsGone(null));

		try (Request request = open(requests, "/quotes", "250m")) {
			assertThat(request.cancellation()).hasMessageContaining("it usually takes 250ms");
		}
	}

	@Test
	void requestThatRunsToItsEndTooLateTookThatLong() {
		RequestScopes requests = requests(AUTO);
		end(requests, "100m", 400, (scope) -> {
		});

		try (Request request = open(requests, "/quotes", "399m")) {
			assertThat(request.cancellation()).hasMessageContaining("it usually takes 400ms");
		}
	}

	/** Nobody knows how long it would have taken. */
	@Test
	void requestThatFailsIsNotLearnt() {
		RequestScopes requests = requests(AUTO);
		end(requests, "5S", 300, (scope) -> scope.scope().failed(new IllegalStateException("broken")));

		begins(requests, "/quotes", "100m");
	}

	/** Otherwise the median would be that of a few others. */
	@Test
	void requestThatIsOutOfTimeOnArrivalIsNotLearnt() {
		RequestScopes requests = requests(AUTO);
		take(requests, "/quotes", 1, 300);
		for (int i = 0; i < ENOUGH; i++) {
			try (Request request = open(requests, "/quotes", "t=1700000009.000", "500m")) {
				assertThat(request.cancellation().reason().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
			}
			// The median is not determined each time.
			this.time.advance(Duration.ofMillis(10));
		}

		begins(requests, "/quotes", "200m");
	}

	/** An asynchronous request may be closed by its filter and by its listener. */
	@Test
	void requestThatIsClosedTwiceIsLearntOnce() {
		RequestScopes requests = requests(AUTO);
		for (int i = 0; i < ENOUGH - 1; i++) {
			Request request = open(requests, "/quotes");
			this.time.advance(Duration.ofMillis(300));
			request.close();
			request.close();
		}

		begins(requests, "/quotes", "200m");
	}

	/** Ends enough requests in the same way. */
	private void end(RequestScopes requests, String left, long millis, Consumer<RequestScope> end) {
		for (int i = 0; i < ENOUGH; i++) {
			try (Request request = open(requests, "/quotes", left)) {
				this.time.advance(Duration.ofMillis(millis));
				end.accept(request.scope);
			}
		}
	}

	private void take(RequestScopes requests, String path, int count, long millis) {
		for (int i = 0; i < count; i++) {
			try (Request request = open(requests, path)) {
				assertThat(request.scope.isTooLateToBegin()).isFalse();
				this.time.advance(Duration.ofMillis(millis));
			}
		}
	}

	private static void begins(RequestScopes requests, String path, String... left) {
		try (Request request = open(requests, path, left)) {
			assertThat(request.scope.isTooLateToBegin()).isFalse();
			assertThat(request.scope.scope().isCancelled()).isFalse();
		}
	}

	/** Of the values, one that begins as an instant does is when the request came. */
	private static Request open(RequestScopes requests, String path, String... values) {
		List<String> left = Stream.of(values).filter((value) -> !value.startsWith("t=")).toList();
		List<String> start = Stream.of(values).filter((value) -> value.startsWith("t=")).toList();
		return new Request(requests.open("GET", PathContainer.parsePath(path), (header) -> switch (header) {
			case "grpc-timeout" -> left;
			case "X-Request-Start" -> start;
			default -> List.of();
		}, () -> null));
	}

	private RequestScopes requests(Map<String, String> properties) {
		Map<String, String> all = new HashMap<>(Map.of("cancel-scope.web.request-start", "X-Request-Start",
				"cancel-scope.web.trust-headers", "always", "cancel-scope.web.expired-header", "true"));
		all.putAll(properties);
		Binder binder = new Binder(new MapConfigurationPropertySource(all));
		Stream<PathPattern> patterns = Stream.of("/quotes", "/fares", "/fares/{id}", "/observed")
			.map(PathPatternParser.defaultInstance::parse);
		return new RequestScopes(this.scopes, this.time, SettingsFixture.inFile(all).settings(),
				binder.bindOrCreate("cancel-scope.web", CancelScopeWebProperties.class), () -> patterns, (header) -> {
				}, Stream::empty, InstantSource.fixed(NOW));
	}

	/** A request that is being handled. */
	private record Request(RequestScope scope) implements AutoCloseable {

		ScopeCancelledException cancellation() {
			return Objects.requireNonNull(ScopeCancelledException.findIn(this.scope.exception()));
		}

		ResponseEntity<ProblemDetail> answer() {
			return this.scope.answerTo(cancellation());
		}

		@Override
		public void close() {
			this.scope.close();
		}

	}

}
