package io.cancelscope.spring;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;

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
				CancelScopeProperties.Mode.ENFORCE, Map.of(), false, CancelScopeProperties.Weaving.ADVISOR,
				new CancelScopeProperties.Aspect(0), new CancelScopeProperties.Task(true)));
	}

	@Test
	void budgetsAreFoundByTheNameOfTheScope() {
		CancelScopeProperties properties = bind(
				Map.of("cancel-scope.timeouts.QuoteService.best", "2s", "cancel-scope.timeouts[GET /quotes]", "800ms"));
		assertThat(properties.timeoutOf("QuoteService.best")).contains(Duration.ofSeconds(2));
		assertThat(properties.timeoutOf("GET /quotes")).contains(Duration.ofMillis(800));
		assertThat(properties.timeoutOf("QuoteService.all")).isEmpty();
	}

	@Test
	void budgetsAreFoundWhereCaseAndPunctuationAreLost() {
		assertThat(bind(Map.of("cancel-scope.timeouts.quoteservice.best", "2s")).timeoutOf("QuoteService.best"))
			.contains(Duration.ofSeconds(2));
	}

	@Test
	void modesAreFoundByTheNameOfTheScope() {
		CancelScopeProperties properties = bind(
				Map.of("cancel-scope.mode", "observe", "cancel-scope.modes.quoteservice.best", "Enforce"));
		assertThat(properties.modeOf("QuoteService.best")).isEqualTo(CancelScopeProperties.Mode.ENFORCE);
		assertThat(properties.modeOf("QuoteService.all")).isEqualTo(CancelScopeProperties.Mode.OBSERVE);
	}

	@Test
	void unknownModeOfANameIsRefused() {
		assertThatException().isThrownBy(() -> bind(Map.of("cancel-scope.modes.quotes", "watch")))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessage("Property cancel-scope.modes.quotes with value 'watch' is invalid: It is not a mode."
					+ " Give 'enforce' or 'observe'.");
	}

	@Test
	void negativeDefaultIsRefused() {
		assertThatException().isThrownBy(() -> bind(Map.of("cancel-scope.default-timeout", "-2s")))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessage("Property cancel-scope.default-timeout with value 'PT-2S' is invalid: A budget must not be"
					+ " negative. Give a number and a unit, for example '800ms' or '2s'.");
	}

	private static CancelScopeProperties bind(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bind("cancel-scope", CancelScopeProperties.class)
			.get();
	}

}
