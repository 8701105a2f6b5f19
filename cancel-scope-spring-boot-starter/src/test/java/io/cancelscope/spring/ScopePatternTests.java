package io.cancelscope.spring;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.server.PathContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Keys with a star are patterns, of requests or of other names.
 */
class ScopePatternTests {

	@ParameterizedTest
	@CsvSource({ "GET /api/**, GET /api/orders/{id}, /api/orders/7", "GET /api/**, GET /**, /api/page.html",
			"GET /api/**, GET /{*path}, /api/orders", "GET /api/**, GET /api, /api", "* /api/**, POST /api, /api",
			"* /orders, DELETE /orders, /orders", "GET /api/*/items, GET /api/{id}/items, /api/7/items",
			"GET /**/items, GET /api/{id}/items, /api/7/items", "OTHER /**, OTHER /**, /x",
			"GET /files/*.json, GET /**, /files/a.json" })
	void patternOfPathsCountsForTheRequestsWhosePathsItMatches(String key, String endpoint, String path) {
		assertThat(timeout(Map.of(key, "2s"), endpoint, path)).isEqualTo(Duration.ofSeconds(2));
	}

	@ParameterizedTest
	@CsvSource({ "GET /api/**, GET /**, /apis", "GET /api/**, POST /api/orders, /api/orders",
			"GET /api/*, GET /api/{*rest}, /api/a/b", "GET /api/**, getApi, /api", "QuoteService.*, GET /api, /api",
			"GET /{*path}, GET /orders, /orders" })
	void patternOfPathsCountsForNoOthers(String key, String endpoint, String path) {
		assertThat(timeout(Map.of(key, "2s"), endpoint, path)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "/api/orders/7, PT4S", "/api/orders, PT3S", "/api/users, PT2S", "/page.html, PT1S" })
	void mostSpecificPatternWins(String path, Duration expected) {
		Map<String, String> keys = Map.of("GET /**", "1s", "* /api/**", "2s", "GET /api/orders/**", "3s",
				"GET /api/orders/*", "4s");

		assertThat(timeout(keys, "GET /{*path}", path)).isEqualTo(expected);
	}

	@Test
	void nameItselfWinsOverPatternsAndAMethodOverAll() {
		Map<String, String> keys = Map.of("GET /api/orders/{id}", "9s", "GET /api/orders/*", "4s", "* /api/orders/*",
				"5s");

		assertThat(timeout(keys, "GET /api/orders/{id}", "/api/orders/7")).isEqualTo(Duration.ofSeconds(9));
		assertThat(timeout(keys, "GET /api/orders/new", "/api/orders/new")).isEqualTo(Duration.ofSeconds(4));
		assertThat(timeout(keys, "PUT /api/orders/new", "/api/orders/new")).isEqualTo(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@CsvSource({ "GET /slow, PT1S", "GET /sl*, PT1S", "* /slow, PT1S" })
	void headHasWhatGetHas(String key, Duration expected) {
		assertThat(timeout(Map.of(key, "1s"), "HEAD /slow", "/slow")).isEqualTo(expected);
		assertThat(modes(Map.of(key, "observe")).modeOf("HEAD /slow")).isEqualTo(Mode.OBSERVE);
	}

	@ParameterizedTest
	@CsvSource({ "HEAD /slow", "HEAD /**" })
	void headMayHaveAKeyOfItsOwn(String key) {
		assertThat(timeout(Map.of(key, "9s", "GET /slow", "1s"), "HEAD /slow", "/slow"))
			.isEqualTo(Duration.ofSeconds(9));
		assertThat(timeout(Map.of(key, "9s", "GET /slow", "1s"), "GET /slow", "/slow"))
			.isEqualTo(Duration.ofSeconds(1));
		assertThat(modes(Map.of(key, "enforce", "GET /slow", "observe")).modeOf("HEAD /slow")).isEqualTo(Mode.ENFORCE);
	}

	@ParameterizedTest
	@CsvSource({ "QuoteService.best, PT3S", "QuoteService.all, PT2S", "OrderService.find, PT1S",
			"quotes.v1.Quotes/Best, PT4S" })
	void patternOfNamesCountsForTheNamesThatItMatches(String name, Duration expected) {
		ScopeSettings settings = timeouts(
				Map.of("*Service.*", "1s", "QuoteService.*", "2s", "QuoteService.b*", "3s", "quotes.*", "4s"));

		assertThat(settings.timeoutOf(name)).contains(expected);
		assertThat(settings.timeoutOf("GET /Service.x")).isEmpty();
	}

	@Test
	void requestOfAnEndpointThatAPatternHasInPartIsNamedAfterThePattern() {
		ScopeSettings settings = modes(Map.of("GET /api/**", "observe", "GET /api/orders", "enforce"));

		assertThat(settings.ofRequests().nameOf("GET /{*path}", path("/api/x"))).isEqualTo("GET /api/**");
		assertThat(settings.ofRequests().nameOf("HEAD /{*path}", path("/api/x"))).isEqualTo("HEAD /api/**");
		assertThat(settings.ofRequests().nameOf("GET /{*path}", path("/x"))).isEqualTo("GET /{*path}");
		assertThat(settings.ofRequests().nameOf("GET /api/{id}", path("/api/x"))).isEqualTo("GET /api/{id}");
		assertThat(settings.ofRequests().nameOf("GET /api/orders", path("/api/orders"))).isEqualTo("GET /api/orders");
	}

	@ParameterizedTest
	@CsvSource({ "GET /api/**, /api/x, OBSERVE", "GET /api/**, /x, ENFORCE", "* /*/orders/**, /api/orders/1, OBSERVE",
			"GET /api/{id:[0-9]+}/*, /api/7/x, OBSERVE", "GET /api/{id:[0-9]+}/*, /api/x/x, ENFORCE" })
	void modeOfARequestIsThatOfThePatternThatMatchesItsPath(String key, String path, Mode expected) {
		ScopeSettings settings = modes(Map.of(key, "observe"));

		for (String endpoint : new String[] { "GET /**", "GET /{*path}", "GET /{a}/{*rest}", "HEAD /**" }) {
			assertThat(settings.modeOf(settings.ofRequests().nameOf(endpoint, path(path)))).as(endpoint)
				.isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					GET /api/**/x/*  | has no valid pattern of paths: {*...} or ** pattern elements should be placed at the start or end of the pattern (at character 6 of '/api/**/x/*'). Write it as in a request mapping, for example 'GET /api/**' or 'GET /api/*/items'.
					GET /api/{id/*   | has no valid pattern of paths:
					GET *            | has a method, but no path. Write the path behind the method, for example 'cancel-scope.timeouts[GET /**]'.
					/api/**          | has a path, but no method. Write the method before the path, for example 'cancel-scope.timeouts[GET /api/**]', or '* /api/**' for all methods.
					*                | covers all scopes. Set 'cancel-scope.default-timeout' for methods and 'cancel-scope.web.timeout' for requests instead.
					""")
	void patternThatCanNotBeMeantIsRefused(String key, String problem) {
		assertThatExceptionOfType(InvalidScopeSettingException.class).isThrownBy(() -> timeouts(Map.of(key, "2s")))
			.withMessageStartingWith(
					"The key '" + key + "' of the property 'cancel-scope.timeouts[" + key + "]' " + problem);
	}

	@Test
	void modeForAllIsRefusedToo() {
		assertThatExceptionOfType(InvalidScopeSettingException.class).isThrownBy(() -> modes(Map.of("**", "observe")))
			.withMessageEndingWith("covers all scopes. Set 'cancel-scope.mode' instead.");
	}

	private static Duration timeout(Map<String, String> keys, String endpoint, String path) {
		return timeouts(keys).ofRequests().timeoutOf(endpoint, path(path)).orElse(null);
	}

	private static ScopeSettings timeouts(Map<String, String> keys) {
		return settings("timeouts", keys);
	}

	private static ScopeSettings modes(Map<String, String> keys) {
		return settings("modes", keys);
	}

	private static ScopeSettings settings(String group, Map<String, String> keys) {
		Map<String, String> properties = new LinkedHashMap<>();
		keys.forEach((key, value) -> properties.put("cancel-scope." + group + "[" + key + "]", value));
		return SettingsFixture.inFile(properties).settings();
	}

	private static PathContainer path(String path) {
		return PathContainer.parsePath(path);
	}

}
