package io.cancelscope.spring;

import java.time.Duration;
import java.time.Instant;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;

/**
 * What is changed at run time for the scopes of one name, or of all. For features.
 *
 * @param timeout the budget, or {@code null} if it is not changed
 * @param mode the mode, or {@code null} if it is not changed
 * @param by the person who made the change, or {@code null} if it is not known; the last
 * one, if budget and mode were changed one after the other
 * @param since when it was made, the last one
 * @param until when it ends, or {@code null} for the next start; the first end
 * @param everywhere whether it was made on all nodes
 */
public record BudgetChange(@Nullable Duration timeout, @Nullable Mode mode, @Nullable String by, Instant since,
		@Nullable Instant until, boolean everywhere) {

	private static final String CHANGED = "changed ";

	/** Returns what a scope says of where its budget is from. */
	static String source(@Nullable String by) {
		return CHANGED + ((by != null) ? "by " + by : "at run time");
	}

	/**
	 * Returns whether a budget is from a change, also if that has ended since.
	 * @param source where the budget is from, or {@code null} if it is not known
	 * @return whether a change made it
	 */
	public static boolean isSource(@Nullable String source) {
		return source != null && source.startsWith(CHANGED);
	}

}
