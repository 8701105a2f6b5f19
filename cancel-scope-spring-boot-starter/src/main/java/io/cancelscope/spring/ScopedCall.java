package io.cancelscope.spring;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * One call of a {@link CancelScoped} method, in the hands of the
 * {@link ReturnValueAdapter} that opens and ends its scopes.
 */
public interface ScopedCall {

	/**
	 * Opens a scope as the annotation describes it, inside the current one and bound to
	 * no thread. Where less budget is left than the method requires, it is cancelled from
	 * the start.
	 * @return the scope; whoever opened it has to end it
	 * @see CancelScopes#openUnbound
	 */
	OpenScope open();

	/**
	 * Makes the call with nothing around it.
	 * @return what the method returned
	 * @throws Throwable what the method threw
	 */
	@Nullable Object proceed() throws Throwable;

	/**
	 * Makes the call with a scope attached to the thread. What libraries made of our
	 * exceptions, or interrupts, comes out as the scope's exception.
	 * @param scope a scope of this call
	 * @return what the method returned
	 * @throws Throwable what the method threw
	 */
	@Nullable Object proceedIn(OpenScope scope) throws Throwable;

	/**
	 * Ends a scope whose work has failed: cancels it, unless the annotation exempts the
	 * exception, and closes it.
	 * @param scope a scope of this call
	 * @param thrown what ended the work
	 * @return what the caller is to be told: the same exception, or the scope's in its
	 * place where it was caused by us
	 */
	Throwable fail(OpenScope scope, Throwable thrown);

	/**
	 * Returns whether a result that is there when the method returns is to be thrown away
	 * if the scope is cancelled by then.
	 * @return what {@link CancelScoped#checkOnExit()} says
	 */
	boolean checksOnExit();

	/**
	 * Returns whether cancelling the scope interrupts threads that work for the call and
	 * don't carry its scope.
	 * @return what {@link CancelScoped#interrupt()} says
	 */
	default boolean interrupts() {
		return false;
	}

	/**
	 * Returns whether there is a {@link CancelScoped#fallback()} and it is to be called:
	 * this scope was what stopped the work, and no scope around it was cancelled.
	 * @param scope a scope of this call that has ended
	 * @param failure what ended it, from {@link #fail}
	 * @return whether {@link #standIn} is to make the result
	 */
	boolean hasStandIn(OpenScope scope, Throwable failure);

	/**
	 * Calls the fallback, in the scope around the given one.
	 * @param scope a scope of this call that has ended
	 * @param around the scope that was current when it was opened
	 * @return what the fallback returned
	 * @throws Throwable what the fallback threw
	 */
	@Nullable Object standIn(OpenScope scope, CancelScope around) throws Throwable;

}
