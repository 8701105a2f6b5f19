package io.cancelscope.spring;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.StringUtils;

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

	@Test
	void metadataDescribesEveryPropertyAndNoOther() throws IOException {
		Map<String, String> described = metadata();
		List<String> keys = keys("cancel-scope", CancelScopeProperties.class, new ArrayList<>());
		assertThat(described.keySet())
			.containsExactlyInAnyOrderElementsOf(keys("cancel-scope.web", WebCancelProperties.class, keys));
		assertThat(described).allSatisfy((name, description) -> assertThat(description).as(name)
			.isNotBlank()
			.endsWith(".")
			.doesNotStartWith("The ")
			.doesNotContain("\n"));
	}

	private static List<String> keys(String prefix, Class<?> type, List<String> keys) {
		for (RecordComponent component : type.getRecordComponents()) {
			String name = prefix + "."
					+ StringUtils.uncapitalize(component.getName())
						.replaceAll("([A-Z])", "-$1")
						.toLowerCase(Locale.ROOT);
			if (component.getType().isRecord()) {
				keys(name, component.getType(), keys);
			}
			else {
				keys.add(name);
			}
		}
		return keys;
	}

	private static Map<String, String> metadata() throws IOException {
		InputStream file = CancelScopeProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json");
		try (file) {
			assertThat(file).isNotNull();
			List<Map<String, Object>> properties = JsonPath.read(file, "$.properties[*]");
			Map<String, String> described = new TreeMap<>();
			properties.forEach((property) -> described.put(String.valueOf(property.get("name")),
					String.valueOf(property.get("description"))));
			return described;
		}
	}

	private static CancelScopeProperties bind(Map<String, String> values) {
		return new Binder(new MapConfigurationPropertySource(values)).bind("cancel-scope", CancelScopeProperties.class)
			.get();
	}

}
