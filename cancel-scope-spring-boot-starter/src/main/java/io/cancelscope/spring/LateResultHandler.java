package io.cancelscope.spring;

import io.cancelscope.CancelScope;

/**
 * Receives the values that come too late: a {@link CancelScoped} method produced its
 * result after its scope was cancelled, or after the caller gave the result up. The
 * handler can close what the value holds open. Any number of beans of this type are
 * called, in their order; without one, late values are dropped.
 * <p>
 * The future that the method returned is neither completed nor cancelled by its scope, so
 * it takes every value that its producer gives it, and each of these values arrives here.
 * A plain {@link java.util.concurrent.Future} has no completion callback. If there is a
 * handler, a thread of the library polls it, for one hour at most.
 * <p>
 * Exceptions are futures that were cancelled, because they drop what their producer
 * returns after that. These are futures whose class stops its work by a {@code cancel}
 * method of its own, plain futures if {@link CancelScoped#interrupt()} is on or the
 * caller cancels the result, and a {@link java.util.concurrent.CompletableFuture} of a
 * declared subclass, which the caller gets as it is.
 * <p>
 * Reactive types have a hook of their own, {@code doOnDiscard}, which gets what an
 * upstream emits after its scope was cancelled.
 */
@FunctionalInterface
public interface LateResultHandler {

	/**
	 * Disposes of a value. Runs on the thread that completed the future, or found it
	 * completed, after the caller's result has ended. What it throws is logged.
	 * @param value the value, never null
	 * @param scope the scope of the call, over by now
	 */
	void handle(Object value, CancelScope scope);

}
