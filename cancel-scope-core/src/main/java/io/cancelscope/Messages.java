package io.cancelscope;

import java.time.Duration;
import java.util.List;

/**
 * The texts people meet when something goes wrong. Each names the thing, the value and
 * the way out.
 */
final class Messages {

	static final String ROOT_IS_NOT_CANCELLED = "No scope is open here, and the root can't be cancelled:"
			+ " open one first, with CancelScopes.open(…), run(…) or call(…), or @CancelScoped on a bean's method.";

	static final String NOT_REMEMBERED = "Open scopes are not remembered by this CancelScopes."
			+ " Create it with CancelScopes.builder().rememberOpen().";

	private Messages() {
	}

	/**
	 * What a check says, for example
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
		return "Scope '" + name + "' was never closed: open it in a try-with-resources statement,"
				+ " or use CancelScopes.run(…) and call(…)";
	}

	static String overdue(String name, String late, String inner) {
		return "Scope '" + name + "' is still open on thread '" + Thread.currentThread().getName() + "' " + late
				+ " after its deadline, and scope '" + inner + "' was opened inside it, so that is cancelled, too."
				+ " Most likely it was never closed: open it in a try-with-resources statement,"
				+ " or use CancelScopes.run(…) and call(…)";
	}

	static String negativeSampling(int oneIn) {
		return "The sampling of forgotten scopes must not be negative, and was " + oneIn
				+ ": give 1 to watch every scope, 1000 for one in a thousand, 0 for none.";
	}

	static String notCancelled(String name) {
		return "Scope '" + name + "' is not cancelled, so there is no exception to throw."
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
				+ " still open; all of them are closed now. Scopes close in the reverse order of opening:"
				+ " open each in a try-with-resources statement, or use CancelScopes.run(…) and call(…)."
				+ " The usual causes are a forgotten close(), a scope kept in a field,"
				+ " and one opened in one callback and closed in another; use openUnbound(…) for those.";
	}

	static String tooDeep(int depth, List<String> outermost, List<String> innermost) {
		return "Scopes are nested " + depth + " deep, which is most often a recursion that opens one on each level."
				+ " From the outside: " + outermost + " … " + innermost + ". This is logged once.";
	}

}
