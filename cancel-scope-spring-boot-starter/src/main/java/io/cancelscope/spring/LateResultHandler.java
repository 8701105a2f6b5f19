package io.cancelscope.spring;

import io.cancelscope.CancelScope;

/**
 * Handler of late results: values that a {@link CancelScoped} method produced after its
 * scope was cancelled, or after the caller cancelled the result. The handler can release
 * the resources of the value. All beans of this type are called, in their order. Without
 * such a bean, late results are dropped.
 * <p>
 * The scope neither completes nor cancels the future that the method returned. The future
 * therefore accepts every value of its producer, and each late value is passed to the
 * handler. A plain {@link java.util.concurrent.Future} has no completion callback. If
 * there is a handler, a thread of the library polls it, for one hour at most.
 * <p>
 * The exceptions are futures that are cancelled, because a cancelled future drops later
 * values:
 * <ul>
 * <li>futures whose class stops its work by its own {@code cancel} method</li>
 * <li>plain futures if {@link CancelScoped#interrupt()} is on or the caller cancels the
 * result</li>
 * <li>a {@link java.util.concurrent.CompletableFuture} of a declared subclass, which is
 * passed to the caller unchanged</li>
 * </ul>
 * <p>
 * For reactive types, use {@code doOnDiscard}. It receives what an upstream emits after
 * its scope was cancelled.
 */
@FunctionalInterface
public interface LateResultHandler {

	/**
	 * Disposes of a value. Called on the thread that completed the future, or that found
	 * it completed, after the caller's result has ended. Exceptions are logged.
	 * @param value the value, never null
	 * @param scope the scope of the call, which has ended
	 */
	void handle(Object value, CancelScope scope);

}
