package io.cancelscope.spring.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ScopeSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPatternParser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The keys of requests: none unless asked for, and never more than a short clean text.
 */
class RequestKeyTests {

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void requestHasNoKeyByDefault() {
		assertThat(keyOf(null, "/orders/42", "X-Request-Key", "order-42")).isEmpty();
	}

	@Test
	void keyIsThatOfTheHeader() {
		assertThat(keyOf("header:X-Request-Key", "/orders/42", "X-Request-Key", " order-42 ")).contains("order-42");
		assertThat(keyOf("header:X-Request-Key", "/orders/42", "X-Other", "order-42")).isEmpty();
	}

	@Test
	void keyIsThatOfThePath() {
		assertThat(keyOf("path:order", "/orders/42", "order", "7")).contains("order-42");
		assertThat(keyOf("path:order", "/orders/a%20b")).contains("order-a b");
		assertThat(keyOf("path:order", "/orders/latest")).isEmpty();
		assertThat(keyOf("path:order", "/customers/7")).isEmpty();
		assertThat(keyOf("path:order", "/elsewhere")).isEmpty();
	}

	@Test
	void whatACallerSendsIsBoundedAndCleaned() {
		assertThat(header("a\r\nb")).contains("a\\r\\nb");
		assertThat(header("k".repeat(200))).contains("k".repeat(200));
		assertThat(header("k".repeat(201))).isEmpty();
		assertThat(header("k".repeat(1_000_000))).isEmpty();
		assertThat(header("\n".repeat(150))).isEmpty();
		assertThat(header("   ")).isEmpty();
		assertThat(header("a", "b")).isEmpty();
		assertThat(header("\u001b".repeat(199))).isEmpty();
	}

	@Test
	void scopeIsFoundByTheKeyOfItsRequest() {
		try (OpenScope scope = open("path:order", "/orders/42").scope()) {
			assertThat(this.scopes.findByKey("order-42")).containsExactly(scope);
		}
		assertThat(this.scopes.findByKey("order-42")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "X-Request-Key", "header:", "path:{order}", "header:a b", "cookie:a" })
	void whatIsNoSourceOfAKeyStopsTheStartUp(String value) {
		assertThatException().isThrownBy(() -> properties(value))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessageContaining("cancel-scope.web.key")
			.withMessageContaining("for example 'header:X-Request-Key'");
	}

	private Optional<String> header(String... values) {
		String[] pairs = Stream.of(values).flatMap((value) -> Stream.of("X-Request-Key", value)).toArray(String[]::new);
		return keyOf("header:X-Request-Key", "/orders/42", pairs);
	}

	private Optional<String> keyOf(String property, String path, String... headers) {
		OpenScope scope = open(property, path, headers).scope();
		Optional<String> key = scope.key();
		scope.close();
		return key;
	}

	private RequestScope open(String property, String path, String... headers) {
		RequestScopes requests = new RequestScopes(this.scopes, TimeSource.system(), settings(), properties(property),
				() -> Stream.of("/orders/{order}", "/orders/latest", "/customers/{id}")
					.map(PathPatternParser.defaultInstance::parse),
				(header) -> {
				});
		return requests.open("GET", PathContainer.parsePath(path), (name) -> valuesOf(name, headers), () -> null);
	}

	private static List<String> valuesOf(String name, String... headers) {
		List<String> values = new ArrayList<>();
		for (int i = 0; i < headers.length; i += 2) {
			if (headers[i].equals(name)) {
				values.add(headers[i + 1]);
			}
		}
		return values;
	}

	private static ScopeSettings settings() {
		StandardEnvironment environment = new StandardEnvironment();
		ScopeSettings settings = ScopeSettings
			.of(Binder.get(environment).bindOrCreate("cancel-scope", CancelScopeProperties.class), environment);
		settings.started();
		return settings;
	}

	private static CancelScopeWebProperties properties(String key) {
		Map<String, String> values = (key != null) ? Map.of("cancel-scope.web.key", key) : Map.of();
		return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("cancel-scope.web",
				Bindable.of(CancelScopeWebProperties.class));
	}

}
