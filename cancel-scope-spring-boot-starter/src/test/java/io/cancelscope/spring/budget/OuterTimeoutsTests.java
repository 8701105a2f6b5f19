package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Timeouts that are longer than every budget.
 */
@ExtendWith(OutputCaptureExtension.class)
class OuterTimeoutsTests {

	private static final String HTTP = "spring.http.clients.read-timeout";

	@Test
	void timeoutOfAPropertyIsComparedWithTheLongestBudget(CapturedOutput output) {
		Map<String, Object> properties = Map.of(HTTP, "30s", "cancel-scope.timeouts.quotes", "2s",
				"cancel-scope.timeouts.orders", "3s", "cancel-scope.default-timeout", "1s");
		OuterTimeouts timeouts = timeouts(properties, true);

		assertThat(timeouts.hints()).containsExactly("The read timeout of HTTP clients is 30s (" + HTTP
				+ "), and the longest configured budget is 3s (cancel-scope.timeouts.orders). Set " + HTTP
				+ " to at most 3s");
		timeouts.check((warning) -> {
		});
		assertThat(output)
			.containsOnlyOnce("A timeout is longer than every budget. The read timeout of HTTP clients is");
	}

	@Test
	void nothingIsSaidWithoutABudget() {
		assertThat(hints(Map.of(HTTP, "30s"))).isEmpty();
	}

	@Test
	void nothingIsSaidOfATimeoutThatABudgetCanReach() {
		assertThat(hints(Map.of(HTTP, "2s", "cancel-scope.timeouts.quotes", "2s"))).isEmpty();
		assertThat(hints(Map.of(HTTP, "30s", "cancel-scope.default-timeout", "1m"))).isEmpty();
		assertThat(hints(
				Map.of(HTTP, "30s", "cancel-scope.default-timeout", "1s", "cancel-scope.grpc.server.timeout", "1m")))
			.isEmpty();
		ScopeNames annotated = new ScopeNames() {

			@Override
			public List<String> names() {
				return List.of();
			}

			@Override
			public ScopeBudget longestBudget() {
				return new ScopeBudget(Duration.ofMinutes(1), "@CancelScoped");
			}

		};
		assertThat(hints(Map.of(HTTP, "30s", "cancel-scope.default-timeout", "1s"), annotated)).isEmpty();
		assertThat(hints(Map.of(HTTP, "61s", "cancel-scope.default-timeout", "1s"), annotated)).singleElement()
			.asString()
			.contains("the longest configured budget is 1m (@CancelScoped)");
	}

	@Test
	void propertiesAreReadInTheirUnits() {
		assertThat(hints(Map.of("spring.transaction.default-timeout", "30", "spring.mvc.async.request-timeout", "30",
				"spring.r2dbc.pool.max-acquire-time", "PT1M", "spring.http.clients.connect-timeout", "soon",
				"cancel-scope.default-timeout", "2s")))
			.satisfiesExactlyInAnyOrder(
					(hint) -> assertThat(hint).startsWith("The default timeout of transactions is 30s"),
					(hint) -> assertThat(hint).startsWith("The wait for a connection of the R2DBC pool is 1m"));
	}

	@Test
	void poolsThatExistAreLookedInto() {
		try (HikariDataSource pool = new HikariDataSource(); HikariDataSource wrapped = new HikariDataSource()) {
			wrapped.setConnectionTimeout(5_000);
			DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
			beans.registerSingleton("pool", pool);
			beans.registerSingleton("wrapped", new DelegatingDataSource(wrapped));
			beans.registerSingleton("other", new SimpleDriverDataSource());

			assertThat(new HikariTimeouts(beans).find()).containsExactlyInAnyOrder(
					new OwnTimeouts.OwnTimeout("The wait for a connection of the pool 'pool'", Duration.ofSeconds(30),
							"spring.datasource.hikari.connection-timeout"),
					new OwnTimeouts.OwnTimeout("The wait for a connection of the pool 'wrapped'", Duration.ofSeconds(5),
							"spring.datasource.hikari.connection-timeout"));
		}
	}

	private static List<String> hints(Map<String, Object> properties, ScopeNames... names) {
		return timeouts(properties, true, names).hints();
	}

	private static OuterTimeouts timeouts(Map<String, Object> properties, boolean logs, ScopeNames... names) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
		ScopeSettings settings = ScopeSettings
			.of(Binder.get(environment).bindOrCreate("cancel-scope", CancelScopeProperties.class), environment);
		return new OuterTimeouts(environment, settings, () -> List.of(names),
				() -> List.of(new BootTimeouts(environment)), logs);
	}

}
