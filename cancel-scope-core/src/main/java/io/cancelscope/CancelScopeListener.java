package io.cancelscope;

/**
 * Watches the scopes that one {@link CancelScopes} opens. Meant for metrics and
 * registries: be quick, don't block, don't throw (what is thrown is logged). Where no
 * listener is set, watching costs nothing; where one hears of cancellations alone, next
 * to nothing.
 * <p>
 * For each scope {@code opened} comes first and {@code closed} last, each once.
 * {@code cancelled} comes at most once, when the cancellation is noticed: at once for the
 * scope where it begins and for those with callbacks, otherwise when somebody asks, at
 * the latest when the scope closes. It comes when all callbacks of the tree have begun,
 * and what a callback itself finds out comes with it. Calls come from the thread where
 * the thing happens, or from one of the library if that is held up; never from the
 * timer's thread.
 */
public interface CancelScopeListener {

	/**
	 * A scope was opened.
	 * @param scope the scope
	 */
	default void opened(CancelScope scope) {
	}

	/**
	 * A scope was found to be cancelled. Told once, after it was opened and before it is
	 * closed.
	 * @param scope the scope
	 * @param reason why
	 */
	default void cancelled(CancelScope scope, CancelReason reason) {
	}

	/**
	 * A scope that is only observed would have been cancelled now, or by now; it isn't.
	 * Told at most once for each scope. A deadline is told when the scope closes.
	 * @param scope the scope
	 * @param reason why it would have been cancelled
	 * @see CancelScopes.Builder#observe
	 */
	default void observed(CancelScope scope, CancelReason reason) {
	}

	/**
	 * Another scope is current on the calling thread, because one was attached to it or
	 * taken off it: by {@link CancelScope#attach()}, or with work that carries its scope.
	 * Opening and closing are told by {@code opened} and {@code closed} alone.
	 * @param current what is current now, also the root
	 */
	default void currentChanged(CancelScope current) {
	}

	/**
	 * A scope was closed.
	 * @param scope the scope
	 */
	default void closed(CancelScope scope) {
	}

	/**
	 * Returns whether this listener hears of cancellations alone: of {@code cancelled}
	 * and {@code observed}, not of each scope that opens and closes. Nothing is noted
	 * down then of a scope that is not cancelled, which only asks once more, at its
	 * close, whether it is. {@code cancelled} may come a moment after the close. Of
	 * {@link ScopeDetails}, the time since the opening is known for scopes with a
	 * timeout, and the thread is the one that was inside. Asked once, when the listener
	 * is added; where several listen and one of them wants to hear of each scope, all do.
	 * @return {@code false} unless overridden
	 */
	default boolean onlyCancellations() {
		return false;
	}

}
