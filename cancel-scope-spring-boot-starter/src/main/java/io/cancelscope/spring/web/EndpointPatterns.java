package io.cancelscope.spring.web;

import java.util.stream.Stream;

import io.cancelscope.spring.request.RequestScopeNames.Endpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.web.util.pattern.PathPattern;

/**
 * Knows the paths that a part of the application serves.
 */
interface EndpointPatterns {

	Stream<PathPattern> patterns();

	/**
	 * Returns what is served, or {@code null} if the beans that know have not been
	 * created.
	 */
	@Nullable Stream<Endpoint> endpoints();

}
