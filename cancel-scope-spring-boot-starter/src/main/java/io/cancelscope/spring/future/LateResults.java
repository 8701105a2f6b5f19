package io.cancelscope.spring.future;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Hands values that came too late to whoever wants to dispose of them. Handlers are
 * looked up when there is a value: most applications never have one.
 */
final class LateResults {

	private static final OneLineLog logger = OneLineLog.of(LateResults.class);

	private final ObjectProvider<LateResultHandler> handlers;

	private final PolledFutures futures = new PolledFutures();

	LateResults(ObjectProvider<LateResultHandler> handlers) {
		this.handlers = handlers;
	}

	/** Never throws: who calls this has others to serve. */
	void discard(@Nullable Object value, CancelScope scope) {
		if (value == null) {
			return;
		}
		try {
			this.handlers.orderedStream().forEach((handler) -> discard(handler, value, scope));
		}
		catch (Throwable ex) {
			logger.warn("Could not obtain the LateResultHandler beans; discarding the late result of scope '"
					+ scope.name() + "'", ex);
		}
	}

	private static void discard(LateResultHandler handler, Object value, CancelScope scope) {
		try {
			handler.handle(value, scope);
		}
		catch (Throwable ex) {
			logger.warn("A LateResultHandler failed for the late result of scope '" + scope.name() + "'", ex);
		}
	}

	/** Looks for the value of a future that is too late, if anybody wants it. */
	void watch(PolledStage<?> stage, CancelScope scope) {
		if (!stage.isDone() && isWanted(scope)) {
			this.futures.watch(stage);
		}
	}

	/** Looks for the value of a future that somebody waits for. */
	void follow(PolledStage<?> stage) {
		stage.look();
		if (!stage.isDone()) {
			this.futures.watch(stage);
		}
	}

	private boolean isWanted(CancelScope scope) {
		try {
			return this.handlers.stream().findAny().isPresent();
		}
		catch (Throwable ex) {
			logger.warn("Could not obtain the LateResultHandler beans; a late result of scope '" + scope.name()
					+ "' will be discarded", ex);
			return false;
		}
	}

	/** From now on nobody is there to be given late results. */
	void close() {
		this.futures.close();
	}

}
