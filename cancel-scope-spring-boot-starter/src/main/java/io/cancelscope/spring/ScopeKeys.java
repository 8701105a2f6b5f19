package io.cancelscope.spring;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Tells what a key of {@code cancel-scope.timeouts}, {@code .modes} or {@code .requires}
 * is: the name of a scope, a pattern of requests or a pattern of other names. For
 * features.
 */
public final class ScopeKeys {

	/** What names of requests begin with; a key may have a star for all methods. */
	private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
			"TRACE", "OTHER", "*");

	private ScopeKeys() {
	}

	/** Returns the method and the path of a request, or {@code null} for other names. */
	public static @Nullable Request request(String name) {
		int end = name.indexOf(' ');
		return (end > 0 && METHODS.contains(name.substring(0, end)))
				? new Request(name.substring(0, end), name.substring(end + 1)) : null;
	}

	/**
	 * Returns whether a key is a pattern: it has a star that is not within braces, where
	 * it belongs to the name of an endpoint.
	 */
	public static boolean isPattern(String key) {
		int depth = 0;
		for (int i = 0; i < key.length(); i++) {
			char character = key.charAt(i);
			depth += (character == '{') ? 1 : (character == '}') ? -1 : 0;
			if (character == '*' && depth <= 0) {
				return true;
			}
		}
		// Braces that are not closed make no name either, and are refused as a pattern.
		return depth != 0 && key.indexOf('*') >= 0;
	}

	/**
	 * Refuses patterns that would cover what nobody can have meant.
	 * @throws InvalidScopeSettingException if the key of the setting is such a pattern
	 */
	static void check(ScopeSetting setting, String group) {
		String key = setting.key();
		Request request = request(key);
		if (request != null && !request.path().startsWith("/")) {
			throw invalid(setting, "has a method, but no path", "Write the path behind the method, for example '"
					+ ScopeSetting.property(group, request.method() + " /**") + "'.");
		}
		if (key.startsWith("/")) {
			throw invalid(setting, "has a path, but no method", "Write the method before the path, for example '"
					+ ScopeSetting.property(group, "GET " + key) + "', or '* " + key + "' for all methods.");
		}
		if (NamePattern.of(key).isForAll()) {
			throw invalid(setting, "covers all scopes", switch (group) {
				case "modes" -> "Set 'cancel-scope.mode' instead.";
				case "requires" -> "Name the methods, for example '" + ScopeSetting.property(group, "QuoteService.*")
						+ "', or the requests: '" + ScopeSetting.property(group, "GET /api/**") + "'.";
				default ->
					"Set 'cancel-scope.default-timeout' for methods and 'cancel-scope.web.timeout' for requests instead.";
			});
		}
	}

	static InvalidScopeSettingException invalid(ScopeSetting setting, String problem, String action) {
		return new InvalidScopeSettingException(
				"The key '" + setting.key() + "' of the property '" + setting.property() + "' " + problem + ".",
				action);
	}

	/**
	 * A request as names and keys have it.
	 *
	 * @param method the method
	 * @param path the pattern of its path
	 */
	public record Request(String method, String path) {

	}

}
