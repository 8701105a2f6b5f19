package io.cancelscope.spring.resilience;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.util.StringUtils;
import org.springframework.util.StringValueResolver;

/**
 * The waits between the attempts of one call, as the annotation tells them. Where chance
 * has a say, the shortest that may come.
 */
final class RetryDelays {

	private final double delay;

	private final double jitter;

	private final double multiplier;

	private final double maxDelay;

	private double interval;

	private RetryDelays(double delay, double jitter, double multiplier, double maxDelay) {
		this.delay = delay;
		this.jitter = jitter;
		this.multiplier = multiplier;
		this.maxDelay = maxDelay;
		this.interval = delay;
	}

	static RetryDelays of(Retryable retryable, @Nullable StringValueResolver values) {
		TimeUnit unit = retryable.timeUnit();
		String multiplier = resolve(retryable.multiplierString(), values);
		return new RetryDelays(millis(retryable.delay(), retryable.delayString(), unit, values),
				millis(retryable.jitter(), retryable.jitterString(), unit, values),
				multiplier.isEmpty() ? retryable.multiplier() : Double.parseDouble(multiplier),
				millis(retryable.maxDelay(), retryable.maxDelayString(), unit, values));
	}

	private static double millis(long number, String text, TimeUnit unit, @Nullable StringValueResolver values) {
		String resolved = resolve(text, values);
		// The unit's own conversion knows of numbers that are too large.
		return resolved.isEmpty() ? unit.toMillis(number)
				: DurationFormatterUtils
					.detectAndParse(resolved, DurationFormat.Unit.fromChronoUnit(unit.toChronoUnit()))
					.toMillis();
	}

	private static String resolve(String text, @Nullable StringValueResolver values) {
		String resolved = (StringUtils.hasText(text) && values != null) ? values.resolveStringValue(text) : text;
		return (resolved != null) ? resolved : "";
	}

	/** The wait after the next failure. */
	Duration next() {
		double shortest = Math.min(this.maxDelay, Math.max(this.delay, this.interval - this.jitter));
		this.interval = Math.min(this.maxDelay, this.interval * this.multiplier);
		return Duration.ofMillis((long) shortest);
	}

}
