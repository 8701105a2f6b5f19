package io.cancelscope;

import java.time.Duration;
import java.util.List;

/**
 * Texts of exceptions and log lines. Each names the problem, the value and the remedy.
 */
final class Messages {

	static final String ROOT_IS_NOT_CANCELLED = "No scope is open on this thread, and the root cannot be cancelled."
			+ " Open a scope with CancelScopes.open(…), run(…) or call(…), or put @CancelScoped on a method of a bean.";

	static final String NOT_REMEMBERED = "Open scopes are not tracked by this CancelScopes."
			+ " Create it with CancelScopes.builder().rememberOpen().";

	private Messages() {
	}

	/**
	 * Returns the message of the exception that a check throws, for example
	 * {@code scope 'QuoteService.best' (800ms) exceeded its deadline, set by 'GET /quotes'}.
	 */
	static String cancelled(ScopeOptions scope, CancelReason reason) {
		StringBuilder text = new StringBuilder("scope '").append(scope.name).append('\'');
		if (scope.timeout != null) {
			text.append(" (").append(Durations.format(scope.timeout)).append(')');
		}
		boolean elsewhere = !reason.origin().equals(scope.name);
		if (reason.kind() == CancelReason.Kind.DEADLINE) {
			text.append(" exceeded its deadline");
			return elsewhere ? text.append(", set by '").append(LogText.of(reason.origin())).append('\'').toString()
					: text.toString();
		}
		text.append(" was cancelled");
		if (elsewhere) {
			text.append(", along with '").append(LogText.of(reason.origin())).append('\'');
		}
		return text.append(": ").append(LogText.of(reason.message())).toString();
	}

	static String forgotten(String name) {
		return "Scope '" + name + "' was never closed. Open it in a try-with-resources statement,"
				+ " or use CancelScopes.run(…) or call(…)";
	}

	static String overdue(String name, String late, String inner) {
		return "Scope '" + name + "' is still open on thread '" + Thread.currentThread().getName() + "' " + late
				+ " after its deadline, so scope '" + inner + "', which was opened inside it, is cancelled as well."
				+ " Scope '" + name + "' was probably never closed. Open it in a try-with-resources statement,"
				+ " or use CancelScopes.run(…) or call(…)";
	}

	static String negativeSampling(int oneIn) {
		return "The sampling interval of forgotten scopes must not be negative, but was " + oneIn
				+ ". Use 1 to watch every scope, 1000 for one in a thousand, 0 for none.";
	}

	static String notCancelled(String name) {
		return "Scope '" + name + "' is not cancelled, so there is no exception to return."
				+ " Call isCancelled() first, or check().";
	}

	static String expired(ScopeOptions scope) {
		return (scope.timeout != null) ? "the budget of " + Durations.format(scope.timeout) + " is used up"
				: "the deadline has passed";
	}

	static String observedExpiry(ScopeOptions scope, long elapsedNanos) {
		return expired(scope) + ", after " + Durations.format(Duration.ofNanos(elapsedNanos));
	}

	static String misnested(String outer, List<String> forgotten) {
		return "Closed " + outer + " while " + String.join(" and ", forgotten)
				+ (forgotten.size() == 1 ? ", opened after it on this thread, was" : ", opened after it, were")
				+ " still open; all of them are closed now. Scopes must be closed in the reverse order of opening."
				+ " Open each scope in a try-with-resources statement, or use CancelScopes.run(…) or call(…)."
				+ " Usual causes are a missing close(), a scope in a field,"
				+ " and a scope that is opened in one callback and closed in another. Use openUnbound(…) for those.";
	}

	static String tooDeep(int depth, List<String> outermost, List<String> innermost) {
		return "Scopes are nested " + depth + " deep, usually because of a recursion that opens a scope on each level."
				+ " Outermost first: " + outermost + " … " + innermost + ". Logged once.";
	}

}
