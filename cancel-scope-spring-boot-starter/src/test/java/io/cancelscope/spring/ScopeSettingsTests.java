package io.cancelscope.spring;

import java.time.Duration;
import java.util.Map;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Names in variables are relaxed, names elsewhere are exact.
 */
@ExtendWith(OutputCaptureExtension.class)
class ScopeSettingsTests {

	@ParameterizedTest
	@ValueSource(strings = { "CANCEL_SCOPE_TIMEOUTS_QUOTESERVICE_BEST", "CANCELSCOPE_TIMEOUTS_QUOTESERVICE_BEST",
			"cancel_scope_timeouts_quoteservice_best", "CANCEL_SCOPE_TIMEOUTS_QUOTE_SERVICE_BEST" })
	void budgetComesFromAVariable(String variable) {
		ScopeSettings settings = SettingsFixture.inEnvironment(Map.of(variable, "2s")).settings();

		assertThat(settings.timeoutOf("QuoteService.best")).contains(Duration.ofSeconds(2));
		assertThat(settings.timeoutOf("QuoteService.all")).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "CANCEL_SCOPE_TIMEOUTS_GET_ORDERS_ID, GET /orders/{id}", "CANCEL_SCOPE_TIMEOUTS_GET_V2_0, GET /v2/0",
			"CANCEL_SCOPE_TIMEOUTS_STEP_1, step-1" })
	void namesWithPunctuationAndNumbersComeFromVariables(String variable, String name) {
		ScopeSettings settings = SettingsFixture.inEnvironment(Map.of(variable, "2s")).settings();

		assertThat(settings.timeoutOf(name)).contains(Duration.ofSeconds(2));
	}

	@Test
	void modeComesFromAVariable() {
		SettingsFixture fixture = SettingsFixture
			.inEnvironment(Map.of("CANCEL_SCOPE_MODES_QUOTESERVICE_BEST", "observe"));

		assertThat(fixture.settings().modeOf("QuoteService.best")).isEqualTo(Mode.OBSERVE);
		assertThat(fixture.settings().modeOf("QuoteService.all")).isEqualTo(Mode.ENFORCE);
		assertThat(fixture.settings().hasOneMode()).isFalse();
		assertThat(ScopeSettings.isAnyObserved(fixture.environment())).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "AUTO, true,", "off, false,", "200ms, false, PT0.2S" })
	void requiredBudgetComesFromAFileAndFromAVariable(String value, boolean usual, @Nullable Duration least) {
		RequiredBudget expected = new RequiredBudget(least, usual);
		ScopeSettings file = SettingsFixture.inFile(Map.of("cancel-scope.requires[Quotes.*]", value)).settings();
		ScopeSettings variable = SettingsFixture.inEnvironment(Map.of("CANCEL_SCOPE_REQUIRES_QUOTES_BEST", value))
			.settings();

		assertThat(file.requiredBy("Quotes.best")).isEqualTo(expected);
		assertThat(variable.requiredBy("Quotes.best")).isEqualTo(expected);
		assertThat(variable.requiredBy("Quotes.all")).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "GET quotes/*, has a method; but no path", "*, covers all scopes" })
	void requiredBudgetIsForSomeScopes(String key, String problem) {
		SettingsFixture fixture = SettingsFixture.inFile(Map.of("cancel-scope.requires[" + key + "]", "auto"));

		assertThatExceptionOfType(InvalidScopeSettingException.class).isThrownBy(fixture::settings)
			.withMessageStartingWith("The key '" + key + "' of the property 'cancel-scope.requires[" + key + "]' "
					+ problem.replace(';', ',') + ". ")
			.withMessageContaining("cancel-scope.requires");
	}

	@Test
	void placeholdersOfVariablesAreResolved() {
		ScopeSettings settings = SettingsFixture
			.inEnvironment(Map.of("CANCEL_SCOPE_TIMEOUTS_QUOTES", "${QUOTES_BUDGET}", "QUOTES_BUDGET", "3s"))
			.settings();

		assertThat(settings.timeoutOf("quotes")).contains(Duration.ofSeconds(3));
	}

	@ParameterizedTest
	@CsvSource({ "GET /, GET /**", "GET /orders, getOrders", "GET /a/b, GET /ab",
			"quoteservice.best, QuoteService.best", "GET /orders/{id}, GET /orders/id",
			"GET /orders/{id}, GET /orders/new", "get /quotes, GET /quotes" })
	void namesInFilesAreExact(String key, String other) {
		ScopeSettings settings = SettingsFixture
			.inFile(Map.of("cancel-scope.timeouts[" + key + "]", "2s", "cancel-scope.modes[" + key + "]", "observe"))
			.settings();

		assertThat(settings.timeoutOf(key)).contains(Duration.ofSeconds(2));
		assertThat(settings.timeoutOf(other)).isEmpty();
		assertThat(settings.modeOf(key)).isEqualTo(Mode.OBSERVE);
		assertThat(settings.modeOf(other)).isEqualTo(Mode.ENFORCE);
	}

	@Test
	void namesWithDotsNeedNoBrackets() {
		ScopeSettings settings = SettingsFixture.inFile(Map.of("cancel-scope.timeouts.QuoteService.best", 800))
			.settings();

		assertThat(settings.timeoutOf("QuoteService.best")).contains(Duration.ofMillis(800));
	}

	@Test
	void variableWinsOverAFileAndAnArgumentOverAVariable() {
		Map<String, String> file = Map.of("cancel-scope.timeouts.Quotes.best", "1s", "cancel-scope.timeouts.Quotes.all",
				"1s");
		Map<String, String> variables = Map.of("CANCEL_SCOPE_TIMEOUTS_QUOTES_BEST", "2s",
				"CANCEL_SCOPE_TIMEOUTS_QUOTES_ALL", "2s");
		Map<String, String> arguments = Map.of("cancel-scope.timeouts.Quotes.best", "3s");
		ScopeSettings settings = SettingsFixture.inFile(Map.of())
			.arguments(arguments)
			.variables(variables)
			.file(file)
			.settings();

		assertThat(settings.timeoutOf("Quotes.best")).contains(Duration.ofSeconds(3));
		assertThat(settings.timeoutOf("Quotes.all")).contains(Duration.ofSeconds(2));
	}

	@ParameterizedTest
	@CsvSource({ "CANCEL_SCOPE_TIMEOUTS_GET, GET /, GET /**", "CANCEL_SCOPE_TIMEOUTS_GETORDERS, GET /orders, getOrders",
			"CANCEL_SCOPE_TIMEOUTS_GET_A_B, GET /a/b, GET /ab" })
	void variableThatFitsTwoScopesIsRefused(String variable, String one, String other) {
		ScopeSettings settings = SettingsFixture.inEnvironment(Map.of(variable, "2s")).settings();
		assertThat(settings.timeoutOf(one)).contains(Duration.ofSeconds(2));

		assertThatExceptionOfType(InvalidScopeSettingException.class).isThrownBy(() -> settings.timeoutOf(other))
			.withMessage("The environment variable " + variable + "=2s matches two scopes, '" + one + "' and '" + other
					+ "'. Remove it, and set a property in a file or on the command line, where names are exact: '"
					+ ScopeSetting.property("timeouts", one) + "' or '" + ScopeSetting.property("timeouts", other)
					+ "'.");
	}

	@Test
	void variableCountsForTheFirstOnceTheApplicationHasStarted(CapturedOutput output) {
		ScopeSettings settings = SettingsFixture.inEnvironment(Map.of("CANCEL_SCOPE_TIMEOUTS_GETORDERS", "2s"))
			.settings();
		settings.started();

		assertThat(settings.timeoutOf("GET /orders")).contains(Duration.ofSeconds(2));
		assertThat(settings.timeoutOf("getOrders")).isEmpty();
		assertThat(settings.timeoutOf("getOrders")).isEmpty();
		assertThat(output).containsOnlyOnce(
				"matches two scopes, 'GET /orders' and 'getOrders'. The library applies it to the first.");
	}

	@Test
	void variablesThatContradictEachOtherAreRefused() {
		SettingsFixture fixture = SettingsFixture
			.inEnvironment(Map.of("CANCEL_SCOPE_MODES_A_B", "observe", "CANCELSCOPE_MODES_AB", "enforce"));

		assertThatExceptionOfType(InvalidScopeSettingException.class).isThrownBy(fixture::settings)
			.withMessageContainingAll("CANCEL_SCOPE_MODES_A_B=observe", "CANCELSCOPE_MODES_AB=enforce",
					"are for the same scope. Remove one of them.");
	}

	@ParameterizedTest
	@CsvSource({ "CANCEL_SCOPE_TIMEOUTS_QUOTES, soon, The value is not a duration.",
			"CANCEL_SCOPE_TIMEOUTS_QUOTES, -1s, The budget must not be negative.",
			"CANCEL_SCOPE_MODES_QUOTES, watch, The value is not a mode." })
	void wrongValueOfAVariableIsRefused(String variable, String value, String problem) {
		SettingsFixture fixture = SettingsFixture.inEnvironment(Map.of(variable, value));

		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(fixture::settings)
			.withMessageStartingWith(
					"Property " + variable + " with value '" + value + "' is invalid: " + problem + " Give ");
	}

}
