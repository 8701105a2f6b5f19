package io.cancelscope.spring.request;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Names requests by method and the pattern of their path, such as {@code GET
 * /orders/{id}}. Nothing of it comes from the caller, so there are only so many names,
 * and none of them can forge a line of a log. Immutable.
 */
final class RequestNames {

	/** For paths that no pattern matches. */
	static final String ANY_PATH = "/**";

	/** For methods that are none of HTTP's. */
	static final String OTHER_METHOD = "OTHER";

	private static final Set<String> METHODS = new HashSet<>(
			Stream.of(HttpMethod.values()).map(HttpMethod::name).toList());

	private final Map<String, String> literals = new HashMap<>();

	/** The most specific first. */
	private final List<PathPattern> patterns = new ArrayList<>();

	RequestNames(Stream<PathPattern> patterns) {
		patterns.distinct().sorted().forEach((pattern) -> {
			if (pattern.hasPatternSyntax()) {
				this.patterns.add(pattern);
			}
			else {
				this.literals.put(pattern.getPatternString(), pattern.getPatternString());
			}
		});
	}

	String of(String method, PathContainer path) {
		return (METHODS.contains(method) ? method : OTHER_METHOD) + " " + pattern(path);
	}

	/** Returns the variables of a path by their names, as callers wrote them. */
	Map<String, String> variables(PathContainer path) {
		if (!this.literals.containsKey(path.value())) {
			for (PathPattern pattern : this.patterns) {
				PathPattern.PathMatchInfo found = pattern.matchAndExtract(path);
				if (found != null) {
					return found.getUriVariables();
				}
			}
		}
		return Map.of();
	}

	private String pattern(PathContainer path) {
		String literal = this.literals.get(path.value());
		if (literal != null) {
			return literal;
		}
		for (PathPattern pattern : this.patterns) {
			if (pattern.matches(path)) {
				return pattern.getPatternString();
			}
		}
		return ANY_PATH;
	}

}
