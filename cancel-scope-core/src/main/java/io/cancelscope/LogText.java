package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * Text from outside, made safe for one line of a log. A line break in a name, a message
 * or a header could otherwise forge a line of its own, and a control sequence could
 * rewrite the screen of the person who reads the log. Names of scopes, the messages of
 * the library's exceptions and its log lines have been through this. Use it where your
 * own code logs {@link CancelReason#message()}, which is kept as it was given.
 * <p>
 * These characters are replaced by their escape sequence, such as {@code \n} or
 * {@code \u2028}: line, paragraph and other control characters (the escape character of
 * terminals included), invisible format characters, those that change the direction of
 * text included, and halves of surrogate pairs. Everything else stays, whatever the
 * script.
 */
public final class LogText {

	/** How many characters the result has at most, unless another limit is given. */
	public static final int MAX_LENGTH = 500;

	private static final char ELLIPSIS = '…';

	private static final int ZERO_WIDTH_NON_JOINER = 0x200C;

	private static final int ZERO_WIDTH_JOINER = 0x200D;

	private LogText() {
	}

	/**
	 * Returns a text without what does not belong into a line of a log, cut at
	 * {@value #MAX_LENGTH} characters.
	 * @param text the text, or {@code null}
	 * @return the text; {@code "null"} for {@code null}
	 */
	public static String of(@Nullable String text) {
		return of(text, MAX_LENGTH);
	}

	/**
	 * Returns a text without what does not belong into a line of a log. A longer text is
	 * cut, with an ellipsis behind it, and is not read beyond the limit.
	 * @param text the text, or {@code null}
	 * @param maxLength how many characters it may have, the ellipsis not counted
	 * @return the text, the same object if nothing had to be replaced; {@code "null"} for
	 * {@code null}
	 * @throws IllegalArgumentException if the limit is negative
	 */
	public static String of(@Nullable String text, int maxLength) {
		if (maxLength < 0) {
			throw new IllegalArgumentException(
					"The maximum length of a text must not be negative, but was " + maxLength + ".");
		}
		if (text == null) {
			return "null";
		}
		int plain = plainLength(text, maxLength);
		return (plain == text.length()) ? text : escaped(text, plain, maxLength);
	}

	/** Most texts are short and all ASCII, and cost no more than this look. */
	private static int plainLength(String text, int maxLength) {
		int end = Math.min(text.length(), maxLength);
		int at = 0;
		while (at < end && text.charAt(at) >= ' ' && text.charAt(at) <= '~') {
			at++;
		}
		return at;
	}

	private static String escaped(String text, int start, int maxLength) {
		StringBuilder line = new StringBuilder(Math.min(text.length(), maxLength) + 16).append(text, 0, start);
		for (int at = start; at < text.length();) {
			int point = text.codePointAt(at);
			int before = line.length();
			append(line, point);
			if (line.length() > maxLength) {
				line.setLength(before);
				return line.append(ELLIPSIS).toString();
			}
			at += Character.charCount(point);
		}
		return line.toString();
	}

	private static void append(StringBuilder line, int point) {
		if (!isUnsafe(point)) {
			line.appendCodePoint(point);
			return;
		}
		switch (point) {
			case '\n' -> line.append("\\n");
			case '\r' -> line.append("\\r");
			case '\t' -> line.append("\\t");
			default -> {
				for (char unit : Character.toChars(point)) {
					line.append(String.format("\\u%04x", (int) unit));
				}
			}
		}
	}

	/** The joiners belong to the spelling of words in some scripts, and of emoji. */
	private static boolean isUnsafe(int point) {
		return switch (Character.getType(point)) {
			case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
				true;
			case Character.FORMAT -> point != ZERO_WIDTH_JOINER && point != ZERO_WIDTH_NON_JOINER;
			default -> false;
		};
	}

}
