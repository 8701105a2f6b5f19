package io.cancelscope.stress;

import java.util.function.BooleanSupplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;

/**
 * Opens scopes below a given one, whatever is current on the thread.
 */
final class Below {

	static final CancelScopes SCOPES = CancelScopes.create();

	private Below() {
	}

	/** Scopes whose callbacks run on the thread that advances the time. */
	static CancelScopes scopesOn(TimeSource time) {
		return CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
	}

	static OpenScope openIn(CancelScope parent) {
		return openIn(parent, SCOPES, ScopeOptions.none());
	}

	static OpenScope openIn(CancelScope parent, CancelScopes scopes, ScopeOptions options) {
		CancelScope.Registration attached = parent.attach();
		try {
			return scopes.openUnbound(options);
		}
		finally {
			attached.close();
		}
	}

	/** Waits for the other actor, which may be waiting for a processor. */
	static void await(BooleanSupplier condition) {
		for (int spins = 0; !condition.getAsBoolean(); spins++) {
			if (spins < 1000) {
				Thread.onSpinWait();
			}
			else {
				Thread.yield();
			}
		}
	}

	/** Closes a scope, and what a failed test has left on the thread inside it. */
	static void closeWithAllInside(OpenScope around) {
		try {
			around.close();
		}
		catch (IllegalStateException ex) {
			// Ignored: the outcome tells
		}
	}

}
