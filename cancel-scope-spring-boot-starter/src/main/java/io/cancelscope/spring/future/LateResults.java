package io.cancelscope.spring.future;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.LateResultHandler;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Hands values that came too late to whoever wants to dispose of them. Handlers are
 * looked up when there is a value: most applications never have one.
 */
final class LateResults {

	private static final Log logger = LogFactory.getLog(LateResults.class);

	private final ObjectProvider<LateResultHandler> handlers;

	LateResults(ObjectProvider<LateResultHandler> handlers) {
		this.handlers = handlers;
	}

	void discard(@Nullable Object value, CancelScope scope) {
		if (value == null) {
			return;
		}
		try {
			this.handlers.orderedStream().forEach((handler) -> discard(handler, value, scope));
		}
		catch (RuntimeException ex) {
			logger.warn("There is nobody to be given a late result of scope '" + scope.name() + "'", ex);
		}
	}

	private static void discard(LateResultHandler handler, Object value, CancelScope scope) {
		try {
			handler.handle(value, scope);
		}
		catch (RuntimeException ex) {
			logger.warn("A handler failed with a late result of scope '" + scope.name() + "'", ex);
		}
	}

}
