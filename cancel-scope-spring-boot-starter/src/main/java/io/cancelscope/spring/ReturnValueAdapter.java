package io.cancelscope.spring;

import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * Makes the scope of a {@link CancelScoped} method last as long as its result, for
 * results of one kind. Beans of this type are asked in their order, once for each woven
 * method, at start-up. The starter has one for futures and one for reactive types; write
 * your own for another library's.
 */
@FunctionalInterface
public interface ReturnValueAdapter {

	/**
	 * Decides who handles the calls of methods that return this type.
	 * @param returnType what the method declares to return
	 * @return who handles them, or {@code null} if this adapter has no business with them
	 */
	@Nullable Handler handlerFor(Class<?> returnType);

	/**
	 * Handles the calls of a method.
	 */
	@FunctionalInterface
	interface Handler {

		/**
		 * Makes the call and ties its scope to its result.
		 * @param call the call, not made yet
		 * @return what the caller gets
		 * @throws Throwable what the method throws
		 */
		@Nullable Object handle(ScopedCall call) throws Throwable;

		/**
		 * Makes the part of a call that runs on another thread: the body of an
		 * {@code @Async} method. Its scope is open, and {@link #handle} closes it. If the
		 * method returns a result there that is not complete, the worker waits for what
		 * this returns.
		 * @param call the call, not made yet
		 * @param scope the scope of the call
		 * @return what the worker gets; must be complete when the scope is cancelled, at
		 * the latest
		 * @throws Throwable what the method throws
		 */
		default @Nullable Object continueElsewhere(ScopedCall call, OpenScope scope) throws Throwable {
			return call.proceedIn(scope);
		}

		/**
		 * Returns whether {@link CancelScoped#fallback()} may name a method that declares
		 * to return this type. It is checked at start-up.
		 * @param type what the fallback declares to return
		 * @return {@code false} if results of this type can't be followed to their end
		 */
		default boolean followsFallback(Class<?> type) {
			return true;
		}

	}

}
