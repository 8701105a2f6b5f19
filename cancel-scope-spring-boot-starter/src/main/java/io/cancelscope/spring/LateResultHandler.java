package io.cancelscope.spring;

import io.cancelscope.CancelScope;

/**
 * Is given the values that come too late: the result of a {@link CancelScoped} method was
 * there, but its scope had been cancelled first, or the caller had given it up, so nobody
 * will ever see it. The place to close what the value holds open. Any number of beans of
 * this type are called, in their order; without one, late values are dropped.
 * <p>
 * Only values that the future of the method came to hold arrive here. When a scope is
 * cancelled, a {@link java.util.concurrent.CompletableFuture} that is still incomplete is
 * cancelled too, and what its producer makes afterwards is refused by the future itself:
 * {@code complete(value)} returns {@code false} there. A late value of a plain
 * {@link java.util.concurrent.Future} is found, if at all, by who asks it again. Reactive
 * types have a hook of their own, {@code doOnDiscard}, which gets what an upstream emits
 * after its scope was cancelled.
 */
@FunctionalInterface
public interface LateResultHandler {

	/**
	 * Disposes of a value. Runs on the thread that completed the future, or asked it;
	 * what it throws is logged.
	 * @param value the value, never null
	 * @param scope the scope of the call, over by now
	 */
	void handle(Object value, CancelScope scope);

}
