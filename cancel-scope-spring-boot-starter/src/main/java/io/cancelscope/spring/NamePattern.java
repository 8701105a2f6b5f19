package io.cancelscope.spring;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A pattern of names of scopes, such as {@code QuoteService.*}: a star stands for any
 * characters. For features. Immutable.
 *
 * @param text the pattern as it was written
 * @param regex the same as a regular expression
 */
public record NamePattern(String text, Pattern regex) implements Comparable<NamePattern> {

	/**
	 * Creates a pattern.
	 * @param text the text of the pattern
	 * @return the pattern
	 */
	public static NamePattern of(String text) {
		String regex = Stream.of(text.split("\\*+", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
		return new NamePattern(text, Pattern.compile(regex, Pattern.DOTALL));
	}

	/**
	 * Returns whether a name matches this pattern.
	 * @param name the name of a scope
	 * @return whether it matches
	 */
	public boolean matches(String name) {
		return this.regex.matcher(name).matches();
	}

	boolean isForAll() {
		return literals() == 0;
	}

	/** The most specific first: the one with the most characters beside stars. */
	@Override
	public int compareTo(NamePattern other) {
		int bySpecificity = other.literals() - literals();
		return (bySpecificity != 0) ? bySpecificity : this.text.compareTo(other.text);
	}

	private int literals() {
		return this.text.replace("*", "").length();
	}

}
