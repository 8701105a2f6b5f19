package io.cancelscope.spring.r2dbc;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Finds the scope of a reactive pipeline.
 */
final class Scopes {

	/** The key that {@code ScopeInContext} of the feature for Reactor tells. */
	private static final String KEY = CancelScope.class.getName();

	private Scopes() {
	}

	/**
	 * Returns the scope of a pipeline, or otherwise that of the calling thread.
	 * @return the scope, or {@code null} if none is open
	 */
	static @Nullable CancelScope of(ContextView context) {
		CancelScope inContext = context.isEmpty() ? null : context.getOrDefault(KEY, null);
		CancelScope scope = (inContext != null) ? inContext : CancelScope.current();
		return (scope instanceof OpenScope) ? scope : null;
	}

}
