package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What budget fits the calls of a name, and why; or why nothing is suggested.
 *
 * @param timeout the budget, or {@code null} for none
 * @param reason the reason, for people
 */
record Suggestion(@Nullable Duration timeout, String reason) {

	/** Of a thousand calls, one may take longer than what is measured. */
	private static final double PERCENTILE = 99.9;

	/** Room above it. */
	private static final double ROOM = 1.25;

	/** If more calls than this were stopped, what the others took tells too little. */
	private static final double MOST_STOPPED = 0.01;

	/** Numbers that people write, between 1 and 10. */
	private static final double[] ROUND = { 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 };

	static Suggestion of(Calls.Sum calls, int minCalls) {
		long completed = calls.completed();
		if (completed < minCalls) {
			return new Suggestion(null, "a suggestion needs " + number(minCalls)
					+ " completed calls (cancel-scope.budget.min-calls), and there were " + number(completed));
		}
		double stopped = (double) calls.stopped / calls.all();
		if (stopped > MOST_STOPPED) {
			return new Suggestion(null, percent(stopped)
					+ " of the calls were stopped, so nobody knows how long they take. Observe the scope for a while, or"
					+ " raise its budget");
		}
		long measured = calls.durations.getValueAtPercentile(PERCENTILE);
		long micros = roundedUp((long) Math.ceil(measured * ROOM));
		long longer = above(calls, micros);
		return new Suggestion(Duration.of(micros, TimeUnit.MICROSECONDS.toChronoUnit()),
				"p99.9 of " + number(completed) + " calls is " + shown(measured) + "; " + shown(micros) + " would stop "
						+ ((longer > 0) ? percent((double) longer / completed) : "none of them"));
	}

	/** How many took longer than so many microseconds. */
	static long above(Calls.Sum calls, long micros) {
		return calls.completed() - calls.durations.getCountBetweenValues(0, micros);
	}

	/** At least a millisecond, since nobody writes less. */
	static long roundedUp(long micros) {
		long unit = 1_000;
		while (unit * 10 <= micros) {
			unit *= 10;
		}
		for (double step : ROUND) {
			long round = Math.round(unit * step);
			if (round >= micros) {
				return round;
			}
		}
		return unit * 10;
	}

	static String shown(long micros) {
		Duration duration = Duration.of(micros, TimeUnit.MICROSECONDS.toChronoUnit());
		return Durations.format((micros < 1_000) ? duration : Duration.ofMillis(duration.toMillis()));
	}

	static String number(long count) {
		return String.format(Locale.ROOT, "%,d", count);
	}

	/** With two digits that say something: 0.02 %, 3.1 %, 12 %. */
	static String percent(double share) {
		double percent = share * 100;
		String pattern = (percent >= 10) ? "%.0f %%" : (percent >= 1) ? "%.1f %%" : "%.2f %%";
		return (percent > 0 && percent < 0.01) ? "less than 0.01 %" : String.format(Locale.ROOT, pattern, percent);
	}

}
