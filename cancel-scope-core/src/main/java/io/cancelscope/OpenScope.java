package io.cancelscope;

import java.time.Duration;

/**
 * A scope in the hands of the one who opened it: everything a {@link CancelScope} is, and
 * to be closed when the operation is over.
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
	 * Moves this scope's own deadline, earlier or later. The effective one stays the
	 * earliest among this and the ancestors'. A deadline in the past cancels the scope at
	 * once. A cancelled scope never comes back.
	 * @param deadline the new deadline, on this scope's time source
	 * @return {@code false} if nothing was changed because the scope is cancelled or
	 * closed
	 * @throws IllegalArgumentException if the deadline belongs to another time source
	 */
	boolean reschedule(Deadline deadline);

	/**
	 * Moves this scope's own deadline, like {@link #reschedule(Deadline)}.
	 * @param fromNow how long the scope may last from now on, on its own time; zero or
	 * less cancels it at once
	 * @return {@code false} if nothing was changed because the scope is cancelled or
	 * closed
	 */
	boolean reschedule(Duration fromNow);

	/**
	 * Reports that the operation ended with an exception: that cancels the scope (as
	 * {@link CancelReason.Kind#FAILED}), unless its options say otherwise. For operations
	 * that end elsewhere than they began; {@link CancelScopes#call} does it by itself.
	 * @param exception what the operation ended with
	 */
	void failed(Throwable exception);

	/**
	 * Returns whether this scope is what stopped an operation, and one may move on with
	 * another value: a cancellation began in this very scope, no ancestor that it sees is
	 * cancelled by now, and the operation ended with an exception of ours that belongs to
	 * this scope or to one inside it. For operations that end elsewhere than they began;
	 * {@link CancelScopes#callOrElse} does it by itself. Ask before closing: afterwards
	 * it is not known any more what came from inside.
	 * @param exception what the operation ended with
	 * @return whether this scope alone is the cause
	 */
	boolean isCauseOf(Throwable exception);

	/**
	 * Returns whether code inside was told of a cancellation: whether an exception of
	 * ours was created in this scope, or in a scope inside it that is closed by now. Such
	 * an exception may have been handled since.
	 * @return whether such an exception exists or existed
	 */
	boolean hasThrown();

	/**
	 * Ends the scope: the opener's callbacks are dropped, timers are gone, and what was
	 * current on the opening thread before is current again. Closing is not cancelling:
	 * work that carries the scope and goes on takes what it has registered up to the
	 * nearest open ancestor. A callback that a cancellation is about to run is not taken
	 * back. A second call does nothing.
	 * <p>
	 * May be called from another thread than the one that opened the scope; the opener's
	 * stack then heals when it is next read.
	 * @throws IllegalStateException if scopes opened after this one on this thread are
	 * still open: they are closed and cancelled (as {@link CancelReason.Kind#MISNESTED}),
	 * and this one is closed, before it is thrown
	 */
	@Override
	void close();

}
