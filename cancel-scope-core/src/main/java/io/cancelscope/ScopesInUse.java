package io.cancelscope;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * What a {@link CancelScopes} does with scopes that are open: it finds, cancels and
 * awaits them, on whichever thread they are. A part of its public methods.
 */
abstract sealed class ScopesInUse permits CancelScopes {

	final Setup setup;

	ScopesInUse(Setup setup) {
		this.setup = setup;
	}

	/**
	 * Cancels all scopes without a parent that this instance opened and that are still
	 * open, on any thread, and all unshielded scopes below them. Meant for the end of an
	 * application.
	 * @param kind the kind of the reason, usually {@link CancelReason.Kind#SHUTDOWN}
	 * @param message a human-readable reason, included in the message of each resulting
	 * exception
	 * @return the number of scopes without a parent that this call cancelled
	 * @throws IllegalArgumentException if the kind is reserved for the library
	 * @throws IllegalStateException if this instance does not track open scopes
	 * @see CancelScopes.Builder#rememberOpen()
	 */
	public int cancelAll(CancelReason.Kind kind, String message) {
		CancelReason.requireChosen(kind);
		Objects.requireNonNull(message, "message");
		return Roots.required(this.setup.roots).cancel(kind, message);
	}

	/**
	 * Cancels multiple scopes, on any thread, and all unshielded scopes below them. When
	 * this method returns, all of them are cancelled and their threads are interrupted.
	 * Unlike {@link CancelScope#cancel(String)}, it does not wait for the callbacks,
	 * which run on the callback executor as after a deadline. Use it on threads that must
	 * not block.
	 * @param scopes the scopes, in the order in which to cancel them
	 * @param kind the kind of the reason, usually {@link CancelReason.Kind#REQUESTED}
	 * @param message a human-readable reason, included in the message of each resulting
	 * exception
	 * @return the number of scopes that this call cancelled itself: not counted are those
	 * that were cancelled or closed, that another scope of the collection reached, or
	 * that are observed
	 * @throws IllegalArgumentException if the kind is reserved for the library
	 * @throws IllegalStateException if one of them is the root; then none is cancelled
	 */
	public int cancelAll(Collection<? extends CancelScope> scopes, CancelReason.Kind kind, String message) {
		Objects.requireNonNull(scopes, "scopes");
		CancelReason.requireChosen(kind);
		Objects.requireNonNull(message, "message");
		return Roots.cancel(scopes, kind, message, this.setup);
	}

	/**
	 * Returns the open scopes with a key that this instance opened, on any thread. This
	 * takes the same time for any number of other scopes.
	 * @param key the key
	 * @return the scopes, the latest first; empty if there are none. Multiple scopes can
	 * have the same key
	 * @see ScopeOptions#withKey(String)
	 */
	public List<CancelScope> findByKey(String key) {
		Objects.requireNonNull(key, "key");
		return this.setup.keys.find(key);
	}

	/**
	 * Waits until the scopes without a parent that are open and cancelled at this moment
	 * have closed. Call it after {@link #cancelAll(CancelReason.Kind, String)}, to let
	 * operations finish, for example by writing a response.
	 * @param timeout the longest time to wait, in real time; zero or negative does not
	 * wait
	 * @return the number of these scopes that are still open
	 * @throws InterruptedException if the calling thread is interrupted while it waits
	 * @throws IllegalStateException if this instance does not track open scopes
	 * @see CancelScopes.Builder#rememberOpen()
	 */
	public int awaitClosed(Duration timeout) throws InterruptedException {
		Objects.requireNonNull(timeout, "timeout");
		return Roots.required(this.setup.roots).awaitClosed(Deadline.nanos(timeout));
	}

}
