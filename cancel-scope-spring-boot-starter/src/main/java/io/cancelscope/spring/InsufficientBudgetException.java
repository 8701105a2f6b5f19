package io.cancelscope.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.cancelscope.Durations;

/**
 * Why a scope was cancelled before its work began: less budget was left than it requires.
 * It is the cause of such a cancellation, so that it can be told from others; it is never
 * thrown itself, and has no stack trace.
 *
 * @see CancelScoped#requires()
 */
public final class InsufficientBudgetException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Duration required;

	private final Duration left;

	/**
	 * Creates one.
	 * @param required what the work requires to start
	 * @param left what was left
	 */
	public InsufficientBudgetException(Duration required, Duration left) {
		super(message(required, left), null, false, false);
		this.required = required;
		this.left = left;
	}

	private static String message(Duration required, Duration left) {
		return "it requires " + Durations.format(required) + " to start, and only "
				+ Durations.format(left.truncatedTo(ChronoUnit.MILLIS)) + " are left";
	}

	/**
	 * Returns what the work requires to start.
	 * @return the duration that was asked for
	 */
	public Duration required() {
		return this.required;
	}

	/**
	 * Returns what was left.
	 * @return the duration that was left
	 */
	public Duration left() {
		return this.left;
	}

}
