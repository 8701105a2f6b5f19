package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

/**
 * Scopes as the tree sees them, and cancellations in states that otherwise last for an
 * instant.
 */
final class Nodes {

	private Nodes() {
	}

	static ScopeNode node(CancelScope scope) {
		return (ScopeNode) scope;
	}

	/** Whether the scope answers without a walk. */
	static boolean isQuiet(CancelScope scope) {
		return node(scope).isQuiet();
	}

	static CancelScope parent(CancelScope scope) {
		return node(scope).parent();
	}

	/** A top and so many scopes below, each in the one before. */
	static List<OpenScope> chain(CancelScopes scopes, int below) {
		List<OpenScope> chain = new ArrayList<>();
		chain.add(scopes.openUnbound(ScopeOptions.named("top")));
		for (int i = 1; i <= below; i++) {
			chain.add(Scopes.openIn(chain.get(i - 1), scopes, ScopeOptions.named("scope " + i)));
		}
		return chain;
	}

	/**
	 * Cancels the scope as a thread does that comes no further than to store it: nobody
	 * has been told, and nothing was woken.
	 */
	static void storeUntold(CancelScope scope, String message) {
		ScopeNode node = node(scope);
		CancelReason reason = new CancelReason(CancelReason.Kind.REQUESTED, message, null, scope.name());
		if (!node.store(Cancellation.begunAt(reason, node.options, node.now()))) {
			throw new AssertionError("It was cancelled or closed before: " + scope);
		}
	}

	/**
	 * Puts a cancellation where only a walk finds it: the tree believes that it was told.
	 * So a scope below that is found cancelled has walked as far as to this one.
	 */
	static void bury(CancelScope scope) {
		storeUntold(scope, "buried");
		((Cancellation) node(scope).stored()).untold = false;
	}

}
