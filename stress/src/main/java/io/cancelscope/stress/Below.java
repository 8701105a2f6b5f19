package io.cancelscope.stress;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;

/**
 * Opens scopes below a given one, whatever is current on the thread.
 */
final class Below {

	private static final CancelScopes SCOPES = CancelScopes.create();

	private Below() {
	}

	static OpenScope openIn(CancelScope parent) {
		CancelScope.Registration attached = parent.attach();
		try {
			return SCOPES.openUnbound(ScopeOptions.none());
		}
		finally {
			attached.close();
		}
	}

}
