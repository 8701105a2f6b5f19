package io.cancelscope.spring;

import java.time.Duration;

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
