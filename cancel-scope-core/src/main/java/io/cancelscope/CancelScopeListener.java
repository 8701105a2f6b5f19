package io.cancelscope;

/**
 * Listener for the scopes that one {@link CancelScopes} opens. Meant for metrics and
 * registries. Implementations should be fast and must not block. Exceptions that they
 * throw are logged.
 * <p>
 * For each scope, {@link #opened} is called first and {@link #closed} last, once each.
 * {@link #cancelled} is called at most once, when the library notices the cancellation:
 * <ul>
 * <li>at once for the scope in which the cancellation began, and for scopes with
 * callbacks</li>
 * <li>for other scopes at the next check, at the latest when the scope closes</li>
 * </ul>
 * It is called after all callbacks of the tree have been started. Methods are called on
 * the thread on which the event occurs, or on a thread of the library if that thread is
 * blocked. They are never called on the timer's thread.
 */
public interface CancelScopeListener {

	/**
	 * Called when a scope was opened.
	 * @param scope the scope
	 */
	default void opened(CancelScope scope) {
	}

	/**
	 * Called when a scope was found to be cancelled. Called at most once per scope, after
	 * {@link #opened} and before {@link #closed}.
	 * @param scope the scope
	 * @param reason the reason
	 */
	default void cancelled(CancelScope scope, CancelReason reason) {
	}

	/**
	 * Called when an observed scope would have been cancelled. The scope is not
	 * cancelled. Called at most once per scope. An expired deadline is reported when the
	 * scope closes.
	 * @param scope the scope
	 * @param reason the reason for which the scope would have been cancelled
	 * @see CancelScopes.Builder#observe
	 */
	default void observed(CancelScope scope, CancelReason reason) {
	}

	/**
	 * Called when another scope became current on the calling thread because a scope was
	 * attached or an attachment ended: by {@link CancelScope#attach()}, or by work that
	 * runs in a propagated scope. Opening and closing a scope is reported only to
	 * {@link #opened} and {@link #closed}.
	 * @param current the scope that is current now, possibly the root
	 */
	default void currentChanged(CancelScope current) {
	}

	/**
	 * Called when a scope was closed.
	 * @param scope the scope
	 */
	default void closed(CancelScope scope) {
	}

	/**
	 * Returns whether this listener receives only {@link #cancelled} and
	 * {@link #observed}. The library then stores no events for a scope that is not
	 * cancelled, and only checks each scope once more when it closes. This has the
	 * following consequences:
	 * <ul>
	 * <li>{@code cancelled} can be called shortly after the scope has closed</li>
	 * <li>{@link ScopeDetails#elapsed()} is available only for scopes with a timeout</li>
	 * <li>{@link ScopeDetails#thread()} is the thread that was inside the scope</li>
	 * </ul>
	 * This method is called once, when the listener is added. If one of multiple
	 * listeners returns {@code false}, the library calls all methods of all listeners.
	 * @return whether it receives only cancellations; default: {@code false}
	 */
	default boolean onlyCancellations() {
		return false;
	}

}
