package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.request.CancelScopeWebProperties;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import io.cancelscope.spring.observemode.ObservedCancellations;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPatternParser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which scopes a change at run time reaches: all that open afterwards, however they do.
 */
class ChangedScopesTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=cancelbudgets";

	private static final String UNRESTRICTED = "management.endpoint.cancelbudgets.access=UNRESTRICTED";

	private final ManualTime time = new ManualTime();

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class,
				CancelScopeObserveModeAutoConfiguration.class, CancelScopeBudgetAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(Quotes.class)
		.withPropertyValues(EXPOSED, UNRESTRICTED);

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void annotatedMethodsHaveWhatIsChanged(String weaving) {
		this.runner.withBean(LazyQuotes.class, LazyQuotes::new, (definition) -> definition.setLazyInit(true))
			.withPropertyValues("cancel-scope.weaving=" + weaving, "cancel-scope.timeouts.LazyQuotes.best=3s")
			.run((context) -> {
				Quotes quotes = context.getBean(Quotes.class);
				assertThat(quotes.best()).contains(Duration.ofSeconds(2));
				Optional<Duration> running = quotes.around(() -> {
					change(context, "Quotes.best", "300ms", "10m");
					return CancelScope.current().remaining();
				});

				assertThat(running).as("a running scope keeps its budget").contains(Duration.ofSeconds(5));
				assertThat(quotes.best()).contains(Duration.ofMillis(300));
				assertThat(quotes.source()).isEqualTo("changed at run time");
				assertThat(quotes.keyed("42")).isEmpty();
				change(context, null, "400ms", "10m");
				assertThat(quotes.best()).as("the later one").contains(Duration.ofMillis(400));
				assertThat(quotes.keyed("42")).contains(Duration.ofMillis(400));
				assertThat(quotes.later().join()).contains(Duration.ofMillis(400));
				assertThat(context.getBean(LazyQuotes.class).best()).as("made during a change")
					.contains(Duration.ofMillis(400));

				this.time.advance(Duration.ofMinutes(10));
				await().atMost(Duration.ofSeconds(30))
					.until(() -> context.getBean(ScopeSettings.class).changed() == null);
				assertThat(quotes.best()).contains(Duration.ofSeconds(2));
				assertThat(quotes.keyed("42")).isEmpty();
				assertThat(context.getBean(LazyQuotes.class).best()).contains(Duration.ofSeconds(3));
			});
	}

	@Test
	void requestsHaveWhatIsChangedForTheNameThatIsShown() {
		this.runner.withPropertyValues("cancel-scope.timeouts[GET /orders/**]=2s").run((context) -> {
			RequestScopes requests = requests(context);
			assertThat(remaining(requests, "GET", "/orders/7")).contains(Duration.ofSeconds(2));

			change(context, "GET /orders/{id}", "300ms", null);

			assertThat(remaining(requests, "GET", "/orders/7")).contains(Duration.ofMillis(300));
			assertThat(remaining(requests, "POST", "/orders/7")).contains(Duration.ofSeconds(9));
			try (OpenScope scope = requests.open("GET", path("/orders/7"), (header) -> List.of(), () -> null).scope()) {
				assertThat(scope.details().budgetSource()).isEqualTo("changed at run time");
			}
			assertThat(remaining(requests, "GET", "/orders/7", "200")).as("a caller may shorten it")
				.contains(Duration.ofMillis(200));
			assertThat(remaining(requests, "GET", "/orders/7", "400")).contains(Duration.ofMillis(300));
		});
	}

	@Test
	void budgetOfAChangeIsNotShownAfterItsEnd() {
		this.runner.run((context) -> {
			CancelBudgetsEndpoint endpoint = context.getBean(CancelBudgetsEndpoint.class);
			change(context, "GET /orders/{id}", "300ms", null);
			remaining(requests(context), "GET", "/orders/7");
			String[] name = { "GET /orders/{id}" };
			assertThat(endpoint.budget(name)).extracting(BudgetDescriptor::budget).isNotNull();

			endpoint.resetAll();

			assertThat(endpoint.budget(name)).isNotNull().extracting(BudgetDescriptor::budget).isNull();
		});
	}

	@Test
	void modeIsChangedAtOnceForScopesOfAllKinds() {
		this.runner.run((context) -> {
			CancelScopes scopes = context.getBean(CancelScopes.class);
			Quotes quotes = context.getBean(Quotes.class);
			assertThat(isStopped(scopes)).isTrue();
			assertThat(quotes.isStoppedAfter(this.time, Duration.ofSeconds(3))).isTrue();

			context.getBean(CancelBudgetsEndpoint.class).changeAll(null, "observe", null);

			assertThat(isStopped(scopes)).as("opened by code with a budget of its own").isFalse();
			assertThat(quotes.isStoppedAfter(this.time, Duration.ofSeconds(3))).isFalse();
			assertThat(context.getBean(ObservedCancellations.class).countByName()).containsOnlyKeys("code",
					"Quotes.isStoppedAfter");
			context.getBean(CancelBudgetsEndpoint.class).resetAll();
			assertThat(isStopped(scopes)).isTrue();
			assertThat(quotes.isStoppedAfter(this.time, Duration.ofSeconds(3))).isTrue();
		});
	}

	@Test
	void nothingIsPreparedWhereNothingCanBeChanged() {
		this.runner.withPropertyValues("management.endpoint.cancelbudgets.access=READ_ONLY")
			.run((context) -> assertThat(context).doesNotHaveBean(BudgetChanges.class)
				.doesNotHaveBean(ObservedCancellations.class));
		this.runner.withPropertyValues("management.endpoints.access.max-permitted=READ_ONLY")
			.run((context) -> assertThat(context).doesNotHaveBean(BudgetChanges.class));
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(BudgetChanges.class)
				.doesNotHaveBean(ObservedCancellations.class));
	}

	/** So that neither a thread nor a timer is there while nothing is changed. */
	@Test
	void nothingIsScheduledWhileNothingIsChanged() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(BudgetChanges.class);
			assertThat(this.time.pending()).isZero();
			change(context, "quotes", "1s", "10m");
			assertThat(this.time.pending()).isOne();
		});
		assertThat(this.time.pending()).as("after the context was closed").isZero();
	}

	private boolean isStopped(CancelScopes scopes) {
		return scopes.call(ScopeOptions.named("code").withTimeout(Duration.ofSeconds(1)), (scope) -> {
			this.time.advance(Duration.ofSeconds(2));
			return scope.isCancelled();
		});
	}

	private static void change(AssertableWebApplicationContext context, String name, String timeout, String duration) {
		CancelBudgetsEndpoint endpoint = context.getBean(CancelBudgetsEndpoint.class);
		if (name == null) {
			endpoint.changeAll(timeout, null, duration);
		}
		else {
			endpoint.change(name.split("/", -1), timeout, null, duration);
		}
	}

	private RequestScopes requests(AssertableWebApplicationContext context) {
		CancelScopeWebProperties web = new Binder(new MapConfigurationPropertySource(Map.of("cancel-scope.web.timeout",
				"9s", "cancel-scope.web.trust-headers", "always", "cancel-scope.web.headers", "x-left=milliseconds")))
			.bindOrCreate("cancel-scope.web", CancelScopeWebProperties.class);
		return new RequestScopes(context.getBean(CancelScopes.class), this.time, context.getBean(ScopeSettings.class),
				web, () -> Stream.of(PathPatternParser.defaultInstance.parse("/orders/{id}")), (header) -> {
				});
	}

	private static Optional<Duration> remaining(RequestScopes requests, String method, String path, String... left) {
		RequestScope request = requests.open(method, path(path),
				(header) -> header.equals("x-left") ? List.of(left) : List.of(), () -> null);
		try (OpenScope scope = request.scope()) {
			return scope.remaining();
		}
	}

	private static PathContainer path(String path) {
		return PathContainer.parsePath(path);
	}

	static class Quotes {

		@CancelScoped("2s")
		Optional<Duration> best() {
			return CancelScope.current().remaining();
		}

		@CancelScoped(value = "2s", name = "Quotes.best")
		String source() {
			return CancelScope.current().details().budgetSource();
		}

		@CancelScoped("5s")
		Optional<Duration> around(Supplier<Optional<Duration>> body) {
			return body.get();
		}

		@CancelScoped(key = "#id")
		Optional<Duration> keyed(String id) {
			return CancelScope.current().remaining();
		}

		@CancelScoped("2s")
		CompletableFuture<Optional<Duration>> later() {
			return CompletableFuture.completedFuture(CancelScope.current().remaining());
		}

		@CancelScoped("2s")
		boolean isStoppedAfter(ManualTime time, Duration duration) {
			time.advance(duration);
			return CancelScope.current().isCancelled();
		}

	}

	static class LazyQuotes {

		@CancelScoped("2s")
		Optional<Duration> best() {
			return CancelScope.current().remaining();
		}

	}

}
