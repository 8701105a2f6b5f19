package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * The settings whose keys are patterns of requests. A class of its own, since an
 * application without requests need not have the classes for it.
 */
final class RequestPatterns<V> {

	private final List<Found<V>> patterns = new ArrayList<>();

	void add(ScopeKeys.Request request, NamedSetting<V> setting) {
		try {
			this.patterns.add(new Found<>(RequestPattern.of(request.method(), request.path()), setting));
		}
		catch (PatternParseException ex) {
			throw ScopeKeys.invalid(setting.setting(),
					"has no valid pattern of paths: " + ex.getMessage() + " (at character " + (ex.getPosition() + 1)
							+ " of '" + request.path() + "')",
					"Write it as in a request mapping, for example 'GET /api/**' or 'GET /api/*/items'. Two stars"
							+ " stand for any number of segments, at the beginning or at the end of a path.");
		}
	}

	void sort() {
		Collections.sort(this.patterns);
	}

	/** Returns the most specific for a request. */
	@Nullable Found<V> matching(String method, PathContainer path) {
		return first((pattern) -> pattern.matches(method, path));
	}

	/** Returns the most specific that has all requests of a name. */
	@Nullable Found<V> covering(String method, String endpoint) {
		return first((pattern) -> pattern.covers(method, endpoint));
	}

	Stream<NamedSetting<V>> allCovering(String method, String endpoint) {
		return this.patterns.stream().filter((found) -> found.pattern().covers(method, endpoint)).map(Found::setting);
	}

	private @Nullable Found<V> first(Predicate<RequestPattern> which) {
		for (Found<V> found : this.patterns) {
			if (which.test(found.pattern())) {
				return found;
			}
		}
		return null;
	}

	/**
	 * A pattern and its setting.
	 *
	 * @param <V> what is set
	 * @param pattern the pattern
	 * @param setting the setting
	 */
	record Found<V>(RequestPattern pattern, NamedSetting<V> setting) implements Comparable<Found<V>> {

		private static final Comparator<RequestPattern> SPECIFICITY = Comparator.naturalOrder();

		@Override
		public int compareTo(Found<V> other) {
			return SPECIFICITY.compare(this.pattern, other.pattern);
		}

	}

}
