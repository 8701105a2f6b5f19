package io.cancelscope.spring.request;

import java.util.stream.Stream;

/**
 * Path patterns of requests that have no scope unless {@code cancel-scope.web.exclude} is
 * set. The starter excludes the actuator, so that a general timeout does not end a scrape
 * or a heap dump.
 */
@FunctionalInterface
public interface UnscopedPaths {

	/**
	 * Returns the path patterns. Called at the first request.
	 * @return patterns of paths within the application, such as {@code /actuator/**}
	 */
	Stream<String> patterns();

}
