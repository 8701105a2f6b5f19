package io.cancelscope.spring;

import java.time.Duration;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * The least remaining budget with which the work of a scope starts, as the annotation or
 * a property has it: a duration, the usual time of the work, or none.
 *
 * @param least the least budget, or {@code null} if none is fixed
 * @param usual whether the work requires the time that it usually takes
 * @see CancelScoped#requires()
 */
public record RequiredBudget(@Nullable Duration least, boolean usual) {

	/** No budget is required. */
	public static final RequiredBudget NONE = new RequiredBudget(null, false);

	/** Stands for the usual time of the work. */
	static final String AUTO = "auto";

	/** Stands for no least budget. */
	static final String OFF = "off";

	/**
	 * Cancels a scope if its remaining budget is less than its work requires.
	 * @param scope the scope
	 * @param least the required budget, or {@code null} for none
	 * @return whether less is left; the scope is cancelled then, unless it is only
	 * observed
	 */
	public static boolean isMissing(CancelScope scope, @Nullable Duration least) {
		return least != null && isMissing(scope, least, scope.remaining().orElse(null));
	}

	static boolean isMissing(CancelScope scope, @Nullable Duration least, @Nullable Duration left) {
		if (least == null || left == null || left.compareTo(least) >= 0) {
			return false;
		}
		InsufficientBudgetException cause = new InsufficientBudgetException(least, left);
		scope.cancel(String.valueOf(cause.getMessage()), cause);
		return true;
	}

	/**
	 * Reads a value.
	 * @param value {@code auto}, {@code off} or a duration
	 * @return the required budget
	 * @throws IllegalArgumentException if it is none of these
	 */
	public static RequiredBudget parse(String value) {
		String text = value.strip();
		if (text.equalsIgnoreCase(AUTO)) {
			return new RequiredBudget(null, true);
		}
		return text.equalsIgnoreCase(OFF) ? NONE : new RequiredBudget(DurationStyle.detectAndParse(text), false);
	}

}
