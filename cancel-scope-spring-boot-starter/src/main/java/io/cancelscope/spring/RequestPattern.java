package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.List;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * A pattern of requests such as {@code GET /api/**}. For features.
 *
 * @param method the method, or a star for all
 * @param path the pattern of paths
 */
public record RequestPattern(String method, PathPattern path) implements Comparable<RequestPattern> {

	/** Longer than what question marks would stand for; no pattern spells it out. */
	private static final String ANY_SEGMENT = "\u0001".repeat(64);

	/**
	 * Parses a pattern.
	 * @throws PatternParseException if the path is none
	 */
	public static RequestPattern of(String method, String path) {
		return new RequestPattern(method, PathPatternParser.defaultInstance.parse(path));
	}

	/** HEAD is asked for by itself first, and then has what GET has. */
	private boolean isFor(String method) {
		return this.method.equals(method) || (this.method.equals("*") && !method.equals("HEAD"));
	}

	boolean matches(String method, PathContainer path) {
		return isFor(method) && this.path.matches(path);
	}

	/**
	 * Returns whether this matches all that an endpoint's pattern matches. No in case of
	 * doubt: of patterns with regular expressions it is only known that they cover
	 * themselves.
	 */
	public boolean covers(String method, String endpoint) {
		if (!isFor(method)) {
			return false;
		}
		String own = this.path.getPatternString();
		return own.equals(endpoint) || (own.indexOf(':') < 0 && examples(endpoint, own).stream()
			.allMatch((example) -> this.path.matches(PathContainer.parsePath(example))));
	}

	/**
	 * Returns paths that a pattern matches: none that says more, and more than one where
	 * it spans.
	 */
	private static List<String> examples(String pattern, String other) {
		int more = (int) other.chars().filter((character) -> character == '/').count() + 2;
		List<String> examples = List.of("");
		if (pattern.isEmpty()) {
			return examples;
		}
		for (String segment : pattern.substring(1).split("/", -1)) {
			List<String> longer = new ArrayList<>();
			for (String example : examples) {
				if (segment.equals("**") || segment.startsWith("{*")) {
					longer.add(example);
					longer.add(example + "/" + ANY_SEGMENT);
					longer.add(example + ("/" + ANY_SEGMENT).repeat(more));
				}
				else {
					longer
						.add(example + "/" + segment.replaceAll("\\{[^}]*}+|\\*", ANY_SEGMENT).replace('?', '\u0001'));
				}
			}
			examples = longer;
		}
		return examples;
	}

	/** The most specific first. */
	@Override
	public int compareTo(RequestPattern other) {
		int byPath = this.path.compareTo(other.path);
		return (byPath != 0) ? byPath : other.method.compareTo(this.method);
	}

}
