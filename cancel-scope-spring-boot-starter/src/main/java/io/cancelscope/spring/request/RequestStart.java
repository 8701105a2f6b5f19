package io.cancelscope.spring.request;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The header that says when a proxy has received a request, such as
 * {@code X-Request-Start}: an instant on the proxy's clock, in seconds, milliseconds or
 * microseconds since 1970. The number of digits tells which, until the year 2286.
 */
final class RequestStart {

	/** No sign, no space, no other script's digits, and nothing that overflows. */
	private static final Pattern VALUE = Pattern
		.compile("(?:t=)?(?:([0-9]{10})(?:\\.([0-9]{1,9}))?|([0-9]{13})|([0-9]{16}))");

	private final String name;

	private final Duration most;

	private final InstantSource clock;

	/**
	 * Creates an instance.
	 * @param name the name of the header
	 * @param most a request that seems to have come longer ago, or later from now, comes
	 * from another clock
	 * @param clock the clock of this machine
	 */
	RequestStart(String name, Duration most, InstantSource clock) {
		this.name = name;
		this.most = most;
		this.clock = clock;
	}

	String name() {
		return this.name;
	}

	/**
	 * Returns how long ago a request has come to the proxy: zero if the proxy's clock is
	 * a little ahead, {@code null} for values that cannot be meant.
	 */
	@Nullable Duration since(String value) {
		Matcher parts = VALUE.matcher(value);
		if (!parts.matches()) {
			return null;
		}
		Duration since = Duration.between(instant(parts), this.clock.instant());
		if (since.abs().compareTo(this.most) > 0) {
			return null;
		}
		return since.isNegative() ? Duration.ZERO : since;
	}

	private static Instant instant(Matcher parts) {
		String seconds = parts.group(1);
		if (seconds != null) {
			String fraction = parts.group(2);
			return Instant.ofEpochSecond(Long.parseLong(seconds), (fraction != null) ? nanos(fraction) : 0);
		}
		String millis = parts.group(3);
		if (millis != null) {
			return Instant.ofEpochMilli(Long.parseLong(millis));
		}
		long micros = Long.parseLong(parts.group(4));
		return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
	}

	private static long nanos(String fraction) {
		return Long.parseLong((fraction + "000000000").substring(0, 9));
	}

}
