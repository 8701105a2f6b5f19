package io.cancelscope.demo.quote;

import java.time.Duration;

import io.cancelscope.demo.problem.Problems;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * Reads how long a request may take.
 */
public final class Budget {

	private static final Duration USUAL = Duration.ofMillis(800);

	private static final Duration SMALLEST = Duration.ofMillis(1);

	private static final Duration LARGEST = Duration.ofSeconds(10);

	private Budget() {
	}

	/** Reads a budget; without one it is the usual 800 ms. */
	public static Duration parse(@Nullable String text) {
		if (text == null) {
			return USUAL;
		}
		Duration budget = duration(text.strip());
		if (budget.compareTo(SMALLEST) < 0 || budget.compareTo(LARGEST) > 0) {
			throw problem(text, "is out of range");
		}
		return budget;
	}

	/** Writes a budget the way people do. */
	static String format(Duration budget) {
		return (budget.toMillis() % 1000 == 0) ? budget.toSeconds() + "s" : budget.toMillis() + "ms";
	}

	private static Duration duration(String text) {
		if (text.matches("[+-]?\\d+")) {
			throw problem(text, "has no unit");
		}
		try {
			return DurationStyle.detectAndParse(text);
		}
		catch (IllegalArgumentException ex) {
			throw problem(text, "is not a duration");
		}
		catch (ArithmeticException ex) {
			throw problem(text, "is out of range");
		}
	}

	private static RuntimeException problem(String text, String wrong) {
		return Problems.badRequest("Not a budget",
				"The budget " + Problems.quote(text) + " " + wrong
						+ ". A budget is a duration from 1ms to 10s: a whole number with a unit, such as 800ms or 2s,"
						+ " or ISO 8601, such as PT0.8S. Leave it out for 800ms.");
	}

}
