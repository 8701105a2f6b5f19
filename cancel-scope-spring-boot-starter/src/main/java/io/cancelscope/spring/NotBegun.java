package io.cancelscope.spring;

import java.time.Duration;
import java.util.Locale;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeDetails;
import org.jspecify.annotations.Nullable;

/**
 * Why work was not begun, or would not have been begun if its scope is only observed. For
 * features.
 */
public enum NotBegun {

	/** Less was left of the budget than the work requires. */
	INSUFFICIENT,

	/** The budget was used up in a queue, before the request came to this server. */
	EXPIRED;

	private static final String QUEUED = " in a queue by header ";

	private final String tag = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns why the work of a cancelled scope was not begun.
	 * @param scope the scope
	 * @param reason the reason for which it was cancelled, or would have been
	 * @return why, or {@code null} if the work was begun, or the cancellation began in
	 * another scope
	 */
	public static @Nullable NotBegun of(CancelScope scope, CancelReason reason) {
		if (!reason.origin().equals(scope.name())) {
			return null;
		}
		if (reason.cause() instanceof InsufficientBudgetException) {
			return INSUFFICIENT;
		}
		return (reason.kind() == CancelReason.Kind.DEADLINE && isUsedUp(scope.details())) ? EXPIRED : null;
	}

	private static boolean isUsedUp(ScopeDetails details) {
		Duration budget = details.budget();
		String source = details.budgetSource();
		return budget != null && budget.isZero() && source != null && source.contains(QUEUED);
	}

	/**
	 * Returns the source of a budget of which a part was used up in a queue, for people.
	 * @param time the time in the queue
	 * @param header the header that says so
	 * @return the text, by which {@link #of} also tells that all of a budget was used up
	 */
	public static String queued(String time, String header) {
		return "after " + time + QUEUED + header;
	}

	/**
	 * Returns the value of a tag.
	 * @return the name in lower case
	 */
	public String tag() {
		return this.tag;
	}

}
