package io.cancelscope;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * Formatter of durations. It writes them as in configuration: {@code 800ms}, {@code 2s},
 * {@code 1.5s}, {@code 10m}. All messages of the library use this format.
 */
public final class Durations {

	private static final long MILLI = 1_000_000;

	/** What is still a time where zero means for ever. */
	static final Duration LEAST = Duration.ofMillis(1);

	private static final long SECOND = 1000 * MILLI;

	private static final long MINUTE = 60 * SECOND;

	private static final long HOUR = 60 * MINUTE;

	private static final long DAY = 24 * HOUR;

	private Durations() {
	}

	static void requirePositive(Duration atMost, String scope) {
		Objects.requireNonNull(atMost, "atMost");
		if (atMost.isNegative() || atMost.isZero()) {
			throw new IllegalArgumentException("The limit of a call in scope '" + scope + "' must be positive, but was "
					+ format(atMost) + ". Pass the longest time that the call may take, such as 5s.");
		}
	}

	/**
	 * Returns the text of a duration. The unit is the largest that results in a whole
	 * number of days, hours or minutes. Otherwise it is seconds, milliseconds or
	 * nanoseconds, with at most three decimal places; further digits are truncated.
	 * @param duration the duration, of any length and sign
	 * @return the text, such as {@code 800ms}; {@code 0s} for zero
	 */
	public static String format(Duration duration) {
		return format(Deadline.nanos(duration));
	}

	static String format(long nanos) {
		if (nanos < 0) {
			return "-" + format(-nanos);
		}
		if (nanos % DAY == 0 && nanos > 0) {
			return nanos / DAY + "d";
		}
		if (nanos % HOUR == 0 && nanos > 0) {
			return nanos / HOUR + "h";
		}
		if (nanos % MINUTE == 0 && nanos > 0) {
			return nanos / MINUTE + "m";
		}
		if (nanos >= SECOND) {
			return decimal(nanos, SECOND) + "s";
		}
		if (nanos >= MILLI) {
			return decimal(nanos, MILLI) + "ms";
		}
		return (nanos == 0) ? "0s" : nanos + "ns";
	}

	/** At most three digits after the point, none of them an idle zero. */
	private static String decimal(long nanos, long unit) {
		String text = String.format(Locale.ROOT, "%d.%03d", nanos / unit, nanos % unit * 1000 / unit);
		return text.replaceAll("\\.?0+$", "");
	}

}
