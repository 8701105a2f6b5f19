package io.cancelscope.spring;

import java.util.stream.Stream;

/**
 * Paths whose requests have no scope unless {@code cancel-scope.web.exclude} is set:
 * those of the actuator, so that a general timeout does not end a scrape or a heap dump.
 */
@FunctionalInterface
public interface UnscopedPaths {

	/**
	 * Returns the patterns of the paths. Called at the first request.
	 * @return patterns of paths within the application, such as {@code /actuator/**}
	 */
	Stream<String> patterns();

}
