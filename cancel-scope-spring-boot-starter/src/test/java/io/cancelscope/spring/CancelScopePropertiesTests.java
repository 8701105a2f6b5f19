package io.cancelscope.spring;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

class CancelScopePropertiesTests {

	@Test
	void defaults() {
		CancelScopeProperties properties = bind(Map.of("cancel-scope.enabled", "true"));
		assertThat(properties).isEqualTo(new CancelScopeProperties(true, null, Map.of(),
				CancelScopeProperties.Mode.ENFORCE, Map.of(), Map.of(), false, CancelScopeProperties.Weaving.ADVISOR,
				new CancelScopeProperties.Aspect(0), new CancelScopeProperties.Task(true)));
	}

	@Test
	void unknownModeOfANameIsRefused() {
		assertThatException().isThrownBy(() -> bind(Map.of("cancel-scope.modes.quotes", "watch")))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessage("Property cancel-scope.modes.quotes with value 'watch' is invalid: The value is not a mode."
					+ " Give 'enforce' or 'observe'.");
	}

	@ParameterizedTest
	@CsvSource({ "automatic, The value is not a required budget.", "-1s, The required budget must not be negative." })
	void wrongRequiredBudgetIsRefused(String value, String problem) {
		assertThatException().isThrownBy(() -> bind(Map.of("cancel-scope.requires.quotes", value)))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessage("Property cancel-scope.requires.quotes with value '" + value + "' is invalid: " + problem
					+ " Give 'auto', 'off', or a duration such as '200ms'.");
	}

	@Test
	void propertyOfARequestIsNamedAsItIsWritten() {
		assertThatException().isThrownBy(() -> bind(Map.of("cancel-scope.timeouts[GET /quotes]", "soon")))
			.havingRootCause()
			.withMessage(
					"Property cancel-scope.timeouts[GET /quotes] with value 'soon' is invalid: The value is not a duration."
							+ " Give a number and a unit, for example '800ms' or '2s'.");
	}

	@Test
	void negativeDefaultIsRefused() {
		assertThatException().isThrownBy(() -> bind(Map.of("cancel-scope.default-timeout", "-2s")))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessage("Property cancel-scope.default-timeout with value '-2s' is invalid: The budget must not be"
					+ " negative. Give a number and a unit, for example '800ms' or '2s'.");
	}

	private static CancelScopeProperties bind(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bind("cancel-scope", CancelScopeProperties.class)
			.get();
	}

}
