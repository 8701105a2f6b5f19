package io.cancelscope.spring.reactor;

import io.cancelscope.CancelScope;
import reactor.util.context.ContextView;

/**
 * Where the scope of a reactive pipeline is: in its Reactor Context, since its operators
 * run on any thread.
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
	 * @param context the pipeline's Context
	 * @return its scope; where it has none, the current one of the calling thread
	 */
	public static CancelScope current(ContextView context) {
		return context.<CancelScope>getOrEmpty(KEY).orElseGet(CancelScope::current);
	}

}
