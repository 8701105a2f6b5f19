package io.cancelscope.spring;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A header that contains how long the caller will wait: its name and the format of its
 * value. The value is the remaining time and not an instant, because the clocks of
 * machines differ. Immutable.
 *
 * @param name the name of the header
 * @param format the format of the value
 */
public record DeadlineHeader(String name, Format format) {

	private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

	public DeadlineHeader {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(format, "format");
		check(name);
	}

	public static boolean isName(String name) {
		return NAME.matcher(name).matches();
	}

	private static void check(String name) {
		if (!isName(name)) {
			throw new IllegalArgumentException("'" + name + "' is not a valid name of a header."
					+ " Give a name such as 'grpc-timeout' or 'x-envoy-expected-rq-timeout-ms'.");
		}
	}

	/**
	 * Returns the header that a text describes, such as the value of a property. The text
	 * is one of the following:
	 * <ul>
	 * <li>a name that implies its format: {@code grpc-timeout} has the format of gRPC,
	 * and {@code …-ms} is in milliseconds</li>
	 * <li>a name and a format, such as {@code X-Request-Timeout=seconds}</li>
	 * </ul>
	 * @param text the name, or the name and the format separated by {@code =}
	 * @return the header
	 * @throws IllegalArgumentException if the text is invalid, or the name implies no
	 * format
	 */
	public static DeadlineHeader of(String text) {
		Objects.requireNonNull(text, "text");
		int split = text.indexOf('=');
		String name = ((split < 0) ? text : text.substring(0, split)).trim();
		return new DeadlineHeader(name, (split < 0) ? guess(name) : format(text, text.substring(split + 1).trim()));
	}

	private static Format guess(String name) {
		check(name);
		String lower = name.toLowerCase(Locale.ROOT);
		if (lower.equals("grpc-timeout")) {
			return Format.GRPC;
		}
		if (lower.endsWith("-ms")) {
			return Format.MILLISECONDS;
		}
		throw new IllegalArgumentException("Header '" + name + "' has no format. Append one: '" + name
				+ "=milliseconds', '" + name + "=seconds' or '" + name + "=grpc'.");
	}

	private static Format format(String text, String format) {
		for (Format known : Format.values()) {
			if (known.name().equalsIgnoreCase(format)) {
				return known;
			}
		}
		throw new IllegalArgumentException("Header setting '" + text + "' has the unknown format '" + format
				+ "'. Give 'grpc', 'milliseconds' or 'seconds'.");
	}

	/**
	 * Parses a received value, which can come from any client. A value that is not a
	 * plain positive number of this format is ignored.
	 * @param value the value of the header
	 * @return the time that the caller will wait, always positive; empty if the value is
	 * invalid
	 */
	public Optional<Duration> parse(String value) {
		Objects.requireNonNull(value, "value");
		return this.format.parse(value);
	}

	/**
	 * Formats the remaining budget. The value is rounded down, so that the receiver never
	 * assumes more time, but it is at least one unit, because some receivers interpret
	 * zero as "no limit".
	 * @param remaining the remaining budget
	 * @return the value of the header
	 */
	public String format(Duration remaining) {
		Objects.requireNonNull(remaining, "remaining");
		return this.format.write(remaining);
	}

	/**
	 * Formats of the value.
	 */
	public enum Format {

		/**
		 * Format of gRPC: at most eight digits and a unit, one of {@code H}, {@code M},
		 * {@code S}, {@code m}, {@code u} and {@code n}.
		 */
		GRPC {

			@Override
			Optional<Duration> parse(String value) {
				int digits = value.length() - 1;
				if (digits < 1 || digits > 8) {
					return Optional.empty();
				}
				return number(value.substring(0, digits)).flatMap((number) -> of(number, value.charAt(digits)));
			}

			private Optional<Duration> of(long number, char unit) {
				return switch (unit) {
					case 'H' -> Optional.of(Duration.ofHours(number));
					case 'M' -> Optional.of(Duration.ofMinutes(number));
					case 'S' -> Optional.of(Duration.ofSeconds(number));
					case 'm' -> Optional.of(Duration.ofMillis(number));
					case 'u' -> Optional.of(Duration.ofNanos(number * 1_000));
					case 'n' -> Optional.of(Duration.ofNanos(number));
					default -> Optional.empty();
				};
			}

			@Override
			String write(Duration remaining) {
				long micros = atLeastOne(saturated(remaining, 1_000));
				if (micros <= MOST) {
					return micros + "u";
				}
				if (micros / 1_000 <= MOST) {
					return micros / 1_000 + "m";
				}
				return Math.min(micros / 1_000_000, MOST) + "S";
			}

		},

		/** A plain number of milliseconds, as Envoy sends it. */
		MILLISECONDS {

			@Override
			Optional<Duration> parse(String value) {
				return number(value).map(Duration::ofMillis);
			}

			@Override
			String write(Duration remaining) {
				return String.valueOf(atLeastOne(saturated(remaining, 1_000_000)));
			}

		},

		/** A plain number of seconds. A sent value is rounded down, but is at least 1. */
		SECONDS {

			@Override
			Optional<Duration> parse(String value) {
				return number(value).map(Duration::ofSeconds);
			}

			@Override
			String write(Duration remaining) {
				return String.valueOf(atLeastOne(remaining.toSeconds()));
			}

		};

		private static final long MOST = 99_999_999;

		private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}");

		abstract Optional<Duration> parse(String value);

		abstract String write(Duration remaining);

		/** No sign, no space, no other script's digits, and nothing that overflows. */
		private static Optional<Long> number(String digits) {
			return NUMBER.matcher(digits).matches() ? Optional.of(Long.parseLong(digits)).filter((number) -> number > 0)
					: Optional.empty();
		}

		private static long atLeastOne(long number) {
			return Math.max(1, number);
		}

		private static long saturated(Duration duration, long nanosPerUnit) {
			try {
				return duration.toNanos() / nanosPerUnit;
			}
			catch (ArithmeticException ex) {
				return duration.isNegative() ? 0 : Long.MAX_VALUE / nanosPerUnit;
			}
		}

	}

}
