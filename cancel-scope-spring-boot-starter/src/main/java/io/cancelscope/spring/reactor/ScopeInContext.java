package io.cancelscope.spring.reactor;

import io.cancelscope.CancelScope;
import reactor.util.context.ContextView;

/**
 * Access to the scope of a reactive pipeline. The scope is in the Reactor Context,
 * because operators can run on any thread.
 *
 * <pre>{@code
 * Mono.deferContextual((context) -> {
 *     ScopeInContext.current(context).check();
 *     return next();
 * });
 * }</pre>
 */
public final class ScopeInContext {

	/** The key of the scope in a Reactor Context. */
	public static final String KEY = CancelScope.class.getName();

	private ScopeInContext() {
	}

	/**
	 * Returns the scope of a pipeline.
	 * @param context the Context of the pipeline
	 * @return its scope, or otherwise the current scope of the calling thread
	 */
	public static CancelScope current(ContextView context) {
		return context.<CancelScope>getOrEmpty(KEY).orElseGet(CancelScope::current);
	}

}
