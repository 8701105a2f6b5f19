package io.cancelscope.spring;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * A call of a {@link CancelScoped} method, for the {@link ReturnValueAdapter} that opens
 * and ends its scopes.
 */
public interface ScopedCall {

	/**
	 * Opens a scope with the attributes of the annotation, inside the current one and
	 * bound to no thread. If the remaining budget is less than the method requires, the
	 * scope is cancelled from the start.
	 * @return the scope, which the caller must end
	 * @see CancelScopes#openUnbound
	 */
	OpenScope open();

	/**
	 * Proceeds with the call, without a scope around it.
	 * @return the result of the method
	 * @throws Throwable if the method throws it
	 */
	@Nullable Object proceed() throws Throwable;

	/**
	 * Proceeds with the call, with a scope attached to the thread. If a library wraps an
	 * exception or an interrupt of this scope, the scope's exception is thrown.
	 * @param scope a scope of this call
	 * @return the result of the method
	 * @throws Throwable if the method throws it
	 */
	@Nullable Object proceedIn(OpenScope scope) throws Throwable;

	/**
	 * Ends a scope whose work ran to its end: closes it. An adapter that closes the scope
	 * itself works as well, but the time that the call took is then not learnt for
	 * {@code requires = "auto"}.
	 * @param scope a scope of this call
	 */
	default void complete(OpenScope scope) {
		scope.close();
	}

	/**
	 * Ends a scope whose work has failed: cancels the scope, unless the annotation
	 * excludes the exception, and closes it.
	 * @param scope a scope of this call
	 * @param thrown the exception that ended the work
	 * @return the exception for the caller: the same one, or the scope's exception if a
	 * cancellation of this library caused it
	 */
	Throwable fail(OpenScope scope, Throwable thrown);

	/**
	 * Returns whether a result that is available when the method returns is discarded if
	 * the scope is then cancelled.
	 * @return the value of {@link CancelScoped#checkOnExit()}
	 */
	boolean checksOnExit();

	/**
	 * Returns whether cancelling the scope interrupts threads that work for the call
	 * outside its scope.
	 * @return the value of {@link CancelScoped#interrupt()}
	 */
	default boolean interrupts() {
		return false;
	}

	/**
	 * Returns whether a {@link CancelScoped#fallback()} exists and applies: this scope
	 * stopped the work, and no scope around it is cancelled.
	 * @param scope a scope of this call that has ended
	 * @param failure the exception that ended it, from {@link #fail}
	 * @return whether {@link #fallback} returns the result
	 */
	boolean hasFallback(OpenScope scope, Throwable failure);

	/**
	 * Calls the fallback, in the scope around the given one.
	 * @param scope a scope of this call that has ended
	 * @param around the scope that was current when the given one was opened
	 * @return the result of the fallback
	 * @throws Throwable if the fallback throws it
	 */
	@Nullable Object fallback(OpenScope scope, CancelScope around) throws Throwable;

}
