package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * That a scope is cancelled, why, and since when: what its state holds. One object where
 * the cancellation began, another, with the same reason, in all scopes it reached.
 */
final class Cancellation {

	final CancelReason reason;

	/** The instant it happened, on the tree's clock; for a deadline, the deadline. */
	final long instant;

	/** What the scopes reached by this one hold; {@code null} in those. */
	private final @Nullable Cancellation reached;

	/**
	 * Set while the scope it was just stored in has not yet told its tree. Who sees a
	 * cancelled scope in this moment tells the tree for it, so that nobody can see a
	 * scope cancelled and then a scope below it not.
	 */
	volatile boolean untold = true;

	private Cancellation(CancelReason reason, long instant, @Nullable Cancellation reached) {
		this.reason = reason;
		this.instant = instant;
		this.reached = reached;
	}

	static Cancellation begunAt(CancelReason reason, long instant) {
		return new Cancellation(reason, instant, new Cancellation(reason, instant, null));
	}

	boolean begunHere() {
		return this.reached != null;
	}

	/**
	 * Whether a deadline further down had passed when this happened. At the very instant
	 * it has, unless this is a deadline itself: ties belong to the ancestor.
	 */
	boolean comesAfter(long deadlineBelow) {
		long ahead = this.instant - deadlineBelow;
		return ahead > 0 || (ahead == 0 && this.reason.kind() != CancelReason.Kind.DEADLINE);
	}

	Cancellation reached() {
		return (this.reached != null) ? this.reached : this;
	}

}
