package io.cancelscope.spring.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.request.IgnoredDeadlineListener;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the dashboard and the alerts ask for is what a Prometheus is told.
 */
class DashboardTests {

	private static final Path FOLDER = Path.of("..", "docs", "grafana");

	private static final Pattern METRIC = Pattern.compile("\\bcancel_scopes?_[a-z_]+");

	private static final Pattern LABEL = Pattern.compile("([a-z]+)(?==~?\")|\\bby \\(([a-z, ]+)\\)");

	/** Given by the user to all metrics, with management.metrics.tags.application. */
	private static final String APPLICATION = "application";

	@Test
	void dashboardAsksForWhatIsThere() throws IOException {
		Set<String> expressions = new TreeSet<>();
		JsonNode dashboard = JsonMapper.shared()
			.readTree(Files.readString(FOLDER.resolve("cancel-scope-dashboard.json")));
		dashboard.findValues("expr").forEach((expr) -> expressions.add(expr.asString()));
		dashboard.at("/templating/list").forEach((variable) -> expressions.add(variable.path("query").asString()));

		assertThat(expressions).hasSizeGreaterThan(8);
		assertThatAllIsThere(expressions);
	}

	@Test
	void alertsAskForWhatIsThere() throws IOException {
		Set<String> expressions = new TreeSet<>();
		collect(new Yaml().load(Files.readString(FOLDER.resolve("cancel-scope-alerts.yml"))), expressions);

		assertThat(expressions).hasSize(5);
		assertThatAllIsThere(expressions);
	}

	@Test
	void documentationNamesAllMetrics() throws IOException {
		String page = Files.readString(FOLDER.resolveSibling("reference").resolve("observability.md"));

		assertThat(metrics()).isNotEmpty()
			.allSatisfy((metric) -> assertThat(page).contains("`" + metric.replace('_', '.') + "`"));
	}

	private static void assertThatAllIsThere(Set<String> expressions) {
		String scrape = scrape();
		Set<String> samples = new TreeSet<>();
		Matcher sample = Pattern.compile("(?m)^(cancel_[a-z_]+)").matcher(scrape);
		while (sample.find()) {
			samples.add(sample.group(1));
		}
		for (String expression : expressions) {
			Matcher metric = METRIC.matcher(expression);
			while (metric.find()) {
				assertThat(samples).as(expression).contains(metric.group());
			}
			Matcher label = LABEL.matcher(expression);
			while (label.find()) {
				String names = (label.group(1) != null) ? label.group(1) : label.group(2);
				for (String name : names.split(", ")) {
					assertThat(name.equals(APPLICATION) || scrape.contains(name + "=\"")).as(name + " in " + expression)
						.isTrue();
				}
			}
		}
	}

	/** Without what Prometheus adds. */
	private static Set<String> metrics() {
		Set<String> metrics = new TreeSet<>();
		Matcher type = Pattern.compile("(?m)^# TYPE (cancel_[a-z_]+?)(_seconds)?(_total)?(_max)? ").matcher(scrape());
		while (type.find()) {
			metrics.add(type.group(1));
		}
		return metrics;
	}

	private static String scrape() {
		ManualTime time = new ManualTime();
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeObserveModeAutoConfiguration.class, CancelScopeMetricsAutoConfiguration.class))
			.withBean(ManualTime.class, () -> time)
			.withBean(MeterRegistry.class, () -> registry)
			.withPropertyValues("cancel-scope.modes.observed=observe")
			.run((context) -> {
				CancelScopes scopes = context.getBean(CancelScopes.class);
				for (String name : new String[] { "late", "observed" }) {
					scopes.run(ScopeOptions.named(name).withTimeout(Duration.ofSeconds(1)),
							(scope) -> time.advance(Duration.ofSeconds(2)));
				}
				scopes.run(ScopeOptions.named("quick"), CancelScope::check);
				scopes.run(ScopeOptions.named("refused"), (scope) -> scope.cancel("too little is left",
						new InsufficientBudgetException(Duration.ofSeconds(2), Duration.ofSeconds(1))));
				context.getBean(IgnoredDeadlineListener.class).ignored(DeadlineHeader.of("grpc-timeout"));
			});
		return registry.scrape();
	}

	private static void collect(Object yaml, Set<String> expressions) {
		if (yaml instanceof Map<?, ?> map) {
			if (map.get("expr") instanceof String expression) {
				expressions.add(expression);
			}
			map.values().forEach((value) -> collect(value, expressions));
		}
		else if (yaml instanceof Collection<?> list) {
			list.forEach((value) -> collect(value, expressions));
		}
	}

}
