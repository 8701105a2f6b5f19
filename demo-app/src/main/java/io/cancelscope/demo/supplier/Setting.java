package io.cancelscope.demo.supplier;

import java.time.Duration;

import io.cancelscope.demo.problem.Problems;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * What a supplier is set to.
 *
 * @param behaviour how it behaves
 * @param latency how long it takes to answer
 */
public record Setting(Behaviour behaviour, Duration latency) {

	private static final Duration LONGEST = Duration.ofSeconds(30);

	/** Reads a setting; without a latency it is the behaviour's usual one. */
	public static Setting of(String behaviour, @Nullable String latency) {
		Behaviour known = Behaviour.of(behaviour);
		return new Setting(known, (latency != null) ? latency(latency) : known.usualLatency());
	}

	private static Duration latency(String text) {
		try {
			Duration latency = DurationStyle.detectAndParse(text);
			if (!latency.isNegative() && latency.compareTo(LONGEST) <= 0) {
				return latency;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// Answered below, like a latency out of range.
		}
		throw Problems.badRequest("Not a latency",
				Problems.quote(text) + " is not a latency: write a duration from 0ms to 30s, such as 300ms or 2s.");
	}

}
