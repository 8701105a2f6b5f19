package io.cancelscope.spring.settings;

import java.util.Map;
import java.util.stream.Stream;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.logging.CancelScopeLoggingAutoConfiguration;
import io.cancelscope.spring.web.CancelScopeWebAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A property that does not exist is logged, and one that exists never is.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertiesTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeWebAutoConfiguration.class, CancelScopeLoggingAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "cancel-scope.web.timout, cancel-scope.web.timeout", "cancel-scope.timeout.x, cancel-scope.timeouts",
			"cancel-scope.default-timout, cancel-scope.default-timeout", "cancel-scope.mod, cancel-scope.mode",
			"cancel-scope.logging.intervall, cancel-scope.logging.interval" })
	void misspeltPropertyIsLoggedWithTheNearest(String property, String nearest, CapturedOutput output) {
		run(property + "=3s");

		assertThat(warnings(output)).singleElement()
			.asString()
			.endsWith("The property '" + property
					+ "' has no effect: there is no such property of cancel-scope. The nearest" + " is '" + nearest
					+ "'. Correct it, or remove it.");
	}

	@Test
	void propertyOfAKnownGroupIsLoggedHoweverItIsSpelt(CapturedOutput output) {
		run("cancel-scope.web.xyzzy=3s");

		assertThat(warnings(output)).singleElement()
			.asString()
			.contains("The property 'cancel-scope.web.xyzzy' has no effect");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.web.time-out=3s", "cancel-scope.web.max_timeout=3s",
			"cancel-scope.logging.mdc=true", "cancel-scope.jdbc.abort-after=1s", "cancel-scope.jdbc.exclude-beans[0]=a",
			"cancel-scope.web.headers[0]=grpc-timeout", "cancel-scope.enabled=true", "cancel-scope.web.enabled=false",
			"cancel-scope.actuate.roles=a,b", "cancel-scope.quotes.budget=2s" })
	void propertyThatExistsOrIsSomebodyElsesIsNotLogged(String property, CapturedOutput output) {
		run(property);

		assertThat(warnings(output)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "CANCEL_SCOPE_WEB_TIMEOUTS, CANCEL_SCOPE_WEB_TIMEOUT",
			"CANCELSCOPE_DEFAULTTIMEUT, CANCELSCOPE_DEFAULTTIMEOUT" })
	void misspeltVariableIsLogged(String variable, String nearest, CapturedOutput output) {
		runWithVariable(variable);

		assertThat(warnings(output)).singleElement()
			.asString()
			.endsWith("The environment variable '" + variable + "' has no effect: there is no such property of"
					+ " cancel-scope. The nearest is '" + nearest + "'. Correct it, or remove it.");
	}

	/** Kubernetes makes some for a service of the name {@code cancel-scope}. */
	@ParameterizedTest
	@ValueSource(strings = { "CANCEL_SCOPE_WEB_TIMEOUT", "CANCELSCOPE_WEB_TIMEOUT", "CANCEL_SCOPE_WEB_HEADERS_0",
			"CANCEL_SCOPE_SERVICE_HOST", "CANCEL_SCOPE_PORT_8080_TCP_ADDR", "CANCEL_SCOPE_PORT", "CANCEL_SCOPE",
			"CANCEL_SCOPE_JDBC_EXCLUDE_BEANS" })
	void variableThatExistsOrIsSomebodyElsesIsNotLogged(String variable, CapturedOutput output) {
		runWithVariable(variable);

		assertThat(warnings(output)).isEmpty();
	}

	private void runWithVariable(String variable) {
		String value = variable.contains("HEADERS") ? "grpc-timeout" : "3s";
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment", Map.of(variable, value))))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private void run(String property) {
		this.runner.withPropertyValues(property).run((context) -> assertThat(context).hasNotFailed());
	}

	private static Stream<String> warnings(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".SettingsCheck "));
	}

}
