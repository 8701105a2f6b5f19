package io.cancelscope.spring;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import io.cancelscope.Durations;

/**
 * Cause of the cancellation of a scope whose remaining budget was less than its work
 * requires. It identifies such a cancellation. It is never thrown itself and has no stack
 * trace.
 *
 * @see CancelScoped#requires()
 */
public final class InsufficientBudgetException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Duration required;

	private final Duration left;

	/**
	 * Creates an instance.
	 * @param required the budget that the work requires
	 * @param left the remaining budget
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
	 * Returns the budget that the work requires.
	 * @return the required budget
	 */
	public Duration required() {
		return this.required;
	}

	/**
	 * Returns the remaining budget.
	 * @return the remaining budget
	 */
	public Duration left() {
		return this.left;
	}

}
