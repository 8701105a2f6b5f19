package io.cancelscope.spring;

import java.util.Locale;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeDetails;

/**
 * Outcomes of a scope, as used in metrics and traces.
 */
public enum ScopeOutcome {

	/** The scope was not cancelled, and no exception is known. */
	COMPLETED,

	/** A deadline of the scope or of an ancestor passed. */
	DEADLINE,

	/** Code cancelled the scope, or scopes were closed in the wrong order. */
	CANCELLED,

	/** An exception left the scope or an ancestor. */
	FAILED,

	/** The client has disconnected. */
	DISCONNECTED,

	/** The work did not start, because it requires more than the remaining budget. */
	SHED,

	/** The application is stopping. */
	SHUTDOWN;

	private final String tag = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns the outcome of a closed scope.
	 * @param scope the scope
	 * @param details its details
	 * @return the outcome
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
