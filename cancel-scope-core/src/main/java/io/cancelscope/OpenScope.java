package io.cancelscope;

import java.time.Duration;

/**
 * A {@link CancelScope} as held by its opener, which must close it when the operation is
 * over.
 *
 * <pre>{@code
 * try (OpenScope scope = scopes.open(ScopeOptions.timeout(Duration.ofSeconds(2)))) {
 *     for (Page page : pages) {
 *         scope.check();
 *         index(page);
 *     }
 * }
 * }</pre>
 *
 * @see CancelScopes#open(ScopeOptions)
 */
public sealed interface OpenScope extends CancelScope, AutoCloseable permits ScopeNode {

	/**
	 * Moves this scope's own deadline, earlier or later. The effective deadline remains
	 * the earliest of this scope's own and those of its ancestors. A deadline in the past
	 * cancels the scope at once. A cancelled scope stays cancelled.
	 * @param deadline the new deadline, on this scope's time source
	 * @return {@code false} if the deadline was not moved because the scope is cancelled
	 * or closed
	 * @throws IllegalArgumentException if the deadline belongs to another time source
	 */
	boolean reschedule(Deadline deadline);

	/**
	 * Moves this scope's own deadline, like {@link #reschedule(Deadline)}.
	 * @param fromNow the time from now to the new deadline, on this scope's time source;
	 * zero or negative cancels the scope at once
	 * @return {@code false} if the deadline was not moved because the scope is cancelled
	 * or closed
	 */
	boolean reschedule(Duration fromNow);

	/**
	 * Reports that the operation ended with an exception. This cancels the scope (as
	 * {@link CancelReason.Kind#FAILED}), unless its options exclude the exception. Meant
	 * for operations that end on another thread or in another method than they began.
	 * {@link CancelScopes#call} and its siblings report exceptions themselves.
	 * @param exception the exception that ended the operation
	 */
	void failed(Throwable exception);

	/**
	 * Returns whether this scope stopped an operation, so that a fallback may be used.
	 * The result is {@code true} if all of the following hold:
	 * <ul>
	 * <li>the cancellation began in this scope</li>
	 * <li>no visible ancestor is cancelled</li>
	 * <li>the operation ended with an exception of this library that belongs to this
	 * scope or to a scope inside it</li>
	 * </ul>
	 * <p>
	 * Meant for operations that end on another thread or in another method than they
	 * began; {@link CancelScopes#callOrElse} evaluates the same conditions. Call this
	 * method before {@link #close()}: a closed scope no longer stores which exceptions
	 * came from inside it.
	 * @param exception the exception that ended the operation
	 * @return whether this scope alone stopped the operation
	 */
	boolean isCauseOf(Throwable exception);

	/**
	 * Returns whether code inside this scope received a cancellation: whether an
	 * exception of this library was created in this scope, or in a scope inside it that
	 * is closed by now. The code may have handled that exception.
	 * @return whether such an exception was created
	 */
	boolean hasThrown();

	/**
	 * Closes this scope: drops the callbacks that its opener registered, removes its
	 * timers, and restores the scope that was current on the opening thread before.
	 * Closing is not cancelling. Callbacks of work that runs on in this scope move to the
	 * nearest open ancestor. A callback that a cancellation is about to run is not
	 * dropped. A second call has no effect.
	 * <p>
	 * This method can be called on another thread than the opening one. The opening
	 * thread then restores its previous scope when it next reads the current one.
	 * @throws IllegalStateException if scopes that were opened after this one on this
	 * thread are still open; those are closed and cancelled (as
	 * {@link CancelReason.Kind#MISNESTED}), and this scope is closed, before the
	 * exception is thrown
	 */
	@Override
	void close();

}
