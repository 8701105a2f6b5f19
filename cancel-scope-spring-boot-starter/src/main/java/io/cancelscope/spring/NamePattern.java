package io.cancelscope.spring;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A pattern of names such as {@code QuoteService.*}: a star stands for any characters.
 *
 * @param text the pattern as it was written
 * @param regex the same as a regular expression
 */
record NamePattern(String text, Pattern regex) implements Comparable<NamePattern> {

	static NamePattern of(String text) {
		String regex = Stream.of(text.split("\\*+", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
		return new NamePattern(text, Pattern.compile(regex, Pattern.DOTALL));
	}

	boolean matches(String name) {
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
