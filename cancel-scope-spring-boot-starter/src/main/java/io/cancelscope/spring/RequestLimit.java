package io.cancelscope.spring;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long a request may take, and whose word that is.
 *
 * @param budget the budget, {@code null} for no limit
 * @param source where it comes from, for people; {@code null} if it is the server's own
 */
record RequestLimit(@Nullable Duration budget, @Nullable String source) {

	/** Returns this one, or one that a header gives if that is shorter. */
	RequestLimit orShorter(Duration other, String source) {
		return (this.budget != null && this.budget.compareTo(other) <= 0) ? this : new RequestLimit(other, source);
	}

}
