package io.cancelscope.spring;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A header that tells the next service how long the caller will wait: its name, and how
 * its value is written. Always what is left rather than an instant, since clocks differ
 * between machines. Immutable.
 *
 * @param name the name of the header
 * @param format how its value is written
 */
public record DeadlineHeader(String name, Format format) {

	private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

	public DeadlineHeader {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(format, "format");
		if (!NAME.matcher(name).matches()) {
			throw new IllegalArgumentException("'" + name + "' can't be the name of a header: give one such as"
					+ " 'grpc-timeout' or 'x-envoy-expected-rq-timeout-ms'.");
		}
	}

	/**
	 * Returns the header that a text names, such as a property: a name alone, whose
	 * format is then known or told by its end ({@code grpc-timeout}: gRPC's;
	 * {@code …-ms}: milliseconds), or a name and a format, such as
	 * {@code X-Request-Timeout=seconds}.
	 * @param text the name, or the name and the format with {@code =} between them
	 * @return the header
	 * @throws IllegalArgumentException if the text is neither, or the format of such a
	 * name isn't known
	 */
	public static DeadlineHeader of(String text) {
		Objects.requireNonNull(text, "text");
		int split = text.indexOf('=');
		String name = ((split < 0) ? text : text.substring(0, split)).trim();
		return new DeadlineHeader(name, (split < 0) ? guess(name) : format(text, text.substring(split + 1).trim()));
	}

	private static Format guess(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		if (lower.equals("grpc-timeout")) {
			return Format.GRPC;
		}
		if (lower.endsWith("-ms")) {
			return Format.MILLISECONDS;
		}
		throw new IllegalArgumentException("How is the value of the header '" + name + "' written? Say it behind the"
				+ " name: '" + name + "=milliseconds', '" + name + "=seconds' or '" + name + "=grpc'.");
	}

	private static Format format(String text, String format) {
		for (Format known : Format.values()) {
			if (known.name().equalsIgnoreCase(format)) {
				return known;
			}
		}
		throw new IllegalArgumentException("'" + text + "' has an unknown format, '" + format
				+ "': the formats are 'grpc', 'milliseconds' and 'seconds'.");
	}

	/**
	 * Reads what came over the wire, from whoever: everything that isn't a plain positive
	 * number of this format is nothing.
	 * @param value the header's value
	 * @return how long the caller waits; more than zero
	 */
	public Optional<Duration> parse(String value) {
		Objects.requireNonNull(value, "value");
		return this.format.parse(value);
	}

	/**
	 * Writes what is left of a budget. It is rounded down, so that the other side never
	 * believes to have more, but never to zero, which some would take for "no limit".
	 * @param remaining what is left
	 * @return the header's value
	 */
	public String format(Duration remaining) {
		Objects.requireNonNull(remaining, "remaining");
		return this.format.write(remaining);
	}

	/**
	 * How the value of such a header is written.
	 */
	public enum Format {

		/**
		 * As in gRPC: at most eight digits and a unit, one of {@code H}, {@code M},
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

		/** A plain number of seconds; what is sent is rounded down, but at least 1. */
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
