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
		this("it requires " + Durations.format(required) + " to start", required, left);
	}

	private InsufficientBudgetException(String message, Duration required, Duration left) {
		super(message + ", and only " + Durations.format(left.truncatedTo(ChronoUnit.MILLIS)) + " are left", null,
				false, false);
		this.required = required;
		this.left = left;
	}

	/**
	 * Creates an instance for work that requires its usual time.
	 * @param usual the time that the work usually takes
	 * @param required the budget that it requires: more than that shortly after a refusal
	 */
	static InsufficientBudgetException usual(Duration usual, Duration required, Duration left) {
		String message = "it usually takes " + shown(usual);
		if (required.compareTo(usual) > 0) {
			message += ", requires " + shown(required) + " shortly after it did not fit";
		}
		return new InsufficientBudgetException(message, required, left);
	}

	/** What is measured is not exact to the nanosecond. */
	private static String shown(Duration duration) {
		Duration millis = duration.truncatedTo(ChronoUnit.MILLIS);
		return Durations.format(millis.isZero() ? duration : millis);
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
