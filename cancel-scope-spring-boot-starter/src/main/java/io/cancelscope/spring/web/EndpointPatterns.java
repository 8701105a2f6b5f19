package io.cancelscope.spring.web;

import java.util.stream.Stream;

import org.springframework.web.util.pattern.PathPattern;

/**
 * Knows the paths that a part of the application serves.
 */
@FunctionalInterface
interface EndpointPatterns {

	Stream<PathPattern> patterns();

}
