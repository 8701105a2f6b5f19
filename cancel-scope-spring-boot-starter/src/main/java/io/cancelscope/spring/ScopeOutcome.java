package io.cancelscope.spring;

import java.util.Locale;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeDetails;

/**
 * How a scope ended, in the words of metrics and traces.
 */
public enum ScopeOutcome {

	/** Nothing cancelled it, and no exception is known. */
	COMPLETED,

	/** A deadline passed, its own or one above. */
	DEADLINE,

	/** Somebody cancelled it, or it was left too early. */
	CANCELLED,

	/** An exception ended it, or a scope around it. */
	FAILED,

	/** The one who waited is gone. */
	DISCONNECTED,

	/** Less budget was left than it requires, so it did not begin. */
	SHED,

	/** The application stops. */
	SHUTDOWN;

	private final String tag = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns the outcome of a scope that is closed.
	 * @param scope the scope
	 * @param details its details
	 * @return how it ended
	 */
	public static ScopeOutcome of(CancelScope scope, ScopeDetails details) {
		return scope.reason().map(ScopeOutcome::of).orElse(details.failed() ? FAILED : COMPLETED);
	}

	private static ScopeOutcome of(CancelReason reason) {
		return switch (reason.kind()) {
			case DEADLINE -> DEADLINE;
			case FAILED -> FAILED;
			case DISCONNECTED -> DISCONNECTED;
			case SHUTDOWN -> SHUTDOWN;
			case REQUESTED -> (reason.cause() instanceof InsufficientBudgetException) ? SHED : CANCELLED;
			case MISNESTED -> CANCELLED;
		};
	}

	/**
	 * Returns the value of a tag for this outcome.
	 * @return the name in lower case
	 */
	public String tag() {
		return this.tag;
	}

}
