package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * Makes text from outside safe for one line of a log. Otherwise, a line break in a name,
 * a message or a header could forge a log line, and a control sequence could change the
 * terminal of a person who reads the log.
 * <p>
 * The library applies it to names of scopes, to the messages of its exceptions and to its
 * log lines. {@link CancelReason#message()} is stored unchanged, so apply it where your
 * own code logs that message.
 * <p>
 * The following characters are replaced by their escape sequence, such as {@code \n} or
 * {@code \u2028}: line and paragraph separators, other control characters including the
 * escape character of terminals, invisible format characters including those that change
 * the direction of text, and unpaired surrogates. All other characters are kept, in every
 * script.
 */
public final class LogText {

	/** The default limit for the length of the result, in characters. */
	public static final int MAX_LENGTH = 500;

	private static final char ELLIPSIS = '…';

	private static final int ZERO_WIDTH_NON_JOINER = 0x200C;

	private static final int ZERO_WIDTH_JOINER = 0x200D;

	private LogText() {
	}

	/**
	 * Returns a text that is safe for a log line, truncated to {@value #MAX_LENGTH}
	 * characters.
	 * @param text the text, or {@code null}
	 * @return the safe text; {@code "null"} for {@code null}
	 */
	public static String of(@Nullable String text) {
		return of(text, MAX_LENGTH);
	}

	/**
	 * Returns a text that is safe for a log line. A longer text is truncated and an
	 * ellipsis is appended. The text is not read beyond the limit.
	 * @param text the text, or {@code null}
	 * @param maxLength the highest number of characters, without the ellipsis
	 * @return the safe text, the same object if no character was replaced; {@code "null"}
	 * for {@code null}
	 * @throws IllegalArgumentException if the limit is negative
	 */
	public static String of(@Nullable String text, int maxLength) {
		if (maxLength < 0) {
			throw new IllegalArgumentException(
					"The maximum length of a text must not be negative, but was " + maxLength);
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
