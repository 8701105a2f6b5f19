package io.cancelscope.spring;

import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * Extends the scope of a {@link CancelScoped} method to the end of its result, for one
 * kind of results. Beans of this type are called in their order, once for each woven
 * method, at start-up. The starter contains adapters for futures and for reactive types.
 * Implement this interface for the types of another library.
 */
@FunctionalInterface
public interface ReturnValueAdapter {

	/**
	 * Returns the handler of calls to methods with this return type.
	 * @param returnType the declared return type of the method
	 * @return the handler, or {@code null} if this adapter does not support the type
	 */
	@Nullable Handler handlerFor(Class<?> returnType);

	/**
	 * Handles the calls of a method.
	 */
	@FunctionalInterface
	interface Handler {

		/**
		 * Proceeds with the call and ties its scope to its result.
		 * @param call the call, which has not started
		 * @return the result for the caller
		 * @throws Throwable if the method throws it
		 */
		@Nullable Object handle(ScopedCall call) throws Throwable;

		/**
		 * Proceeds with the part of a call that runs on another thread: the body of an
		 * {@code @Async} method. Its scope is open, and {@link #handle} closes it. If the
		 * method returns an incomplete result, the worker thread waits for the returned
		 * one.
		 * @param call the call, which has not started
		 * @param scope the scope of the call
		 * @return the result for the worker thread; it must complete when the scope is
		 * cancelled, at the latest
		 * @throws Throwable if the method throws it
		 */
		default @Nullable Object continueElsewhere(ScopedCall call, OpenScope scope) throws Throwable {
			return call.proceedIn(scope);
		}

		/**
		 * Returns whether {@link CancelScoped#fallback()} can name a method with this
		 * return type. Called at start-up.
		 * @param type the declared return type of the fallback
		 * @return {@code false} if the end of results of this type cannot be observed
		 */
		default boolean followsFallback(Class<?> type) {
			return true;
		}

	}

}
