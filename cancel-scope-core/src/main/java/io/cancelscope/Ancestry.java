package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * The place of a scope among its ancestors: which it has, which of them it sees, and what
 * it has from them. How the tree changes is told in {@link ScopeNode}.
 */
abstract sealed class Ancestry extends Frame permits ScopeNode {

	/** The scope's own bubble switch or any ancestor's. */
	static final int BUBBLES = 1;

	/** Work can outlive this scope: it was carried to somewhere else. */
	static final int CARRIED = 1 << 1;

	/** Closed after it was cancelled. */
	static final int CLOSED_LATER = 1 << 2;

	/** Opened without being bound to a thread. */
	static final int UNBOUND = 1 << 3;

	/** The scope's own interrupt switch or that of an ancestor it sees. */
	static final int INTERRUPTS = 1 << 4;

	/** Its deadline had passed when it was opened. */
	static final int OPENED_LATE = 1 << 5;

	/** What would cancel it from within is only told; its own deadline is none. */
	static final int OBSERVED = 1 << 6;

	/** An exception left it. Kept only where a listener watches. */
	static final int FAILED = 1 << 7;

	/** Opened with a key. */
	static final int KEYED = 1 << 8;

	static final int DEPTH_SHIFT = 9;

	static final int MAX_DEPTH = Integer.MAX_VALUE >>> DEPTH_SHIFT;

	private static final VarHandle FLAGS;

	static {
		try {
			FLAGS = MethodHandles.lookup().findVarHandle(Ancestry.class, "flags", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	final Setup setup;

	final ScopeOptions options;

	/** The scope where this one's tree begins; this one itself, for a top. */
	final ScopeNode top;

	/** Moves up, past released scopes that make no difference, and nowhere else. */
	private @Nullable ScopeNode parent;

	private int flags;

	Ancestry(Setup setup, ScopeOptions options, @Nullable ScopeNode parent, boolean seesParent,
			@Nullable Frame previous, int flags) {
		super(previous);
		this.setup = setup;
		this.options = options;
		this.parent = parent;
		this.flags = flags;
		this.top = (parent != null && seesParent) ? parent.top : (ScopeNode) this;
	}

	/** Closed without having been cancelled: nothing below belongs to it any more. */
	abstract boolean isReleased();

	/**
	 * The scope that work started in this one belongs to: this one, or the nearest one
	 * above that is not released. A shield keeps out what is above it, also when closed.
	 */
	final @Nullable ScopeNode nearestUnreleased() {
		ScopeNode at = (ScopeNode) this;
		while (at != null && at.isReleased()) {
			at = at.visibleAbove();
		}
		return at;
	}

	/**
	 * Work that is handed on from scope to scope would otherwise hold a chain of closed
	 * ones behind it for ever, and walk it. A top stays, and so does one with a factory:
	 * they still say what can be seen from here, and what is thrown.
	 */
	final void forgetReleasedParents() {
		ScopeNode at = this.parent;
		if (at != null && at.isReleased()) {
			while (at.parent() != null && at.top != at && at.isReleased() && at.options.exceptionFactory == null) {
				at = at.parent();
			}
			this.parent = at;
		}
	}

	// Looking up

	final @Nullable ScopeNode parent() {
		return this.parent;
	}

	/** The next scope up, as far as this one sees; {@code null} for a top. */
	final @Nullable ScopeNode visibleAbove() {
		return (this.top != this) ? this.parent : null;
	}

	/** The nearest one above that can cancel this scope, or {@code null} for a top. */
	final @Nullable ScopeNode visibleParent() {
		return (this.top != this && this.parent != null) ? this.parent.nearestUnreleased() : null;
	}

	/** Somebody above waits for what happens here, so don't wait to be asked. */
	final boolean climbs() {
		return this.parent != null && this.parent.hasFlag(BUBBLES);
	}

	final @Nullable ScopeNode nextToBubble() {
		ScopeNode at = this.parent;
		while (at != null && at.isReleased()) {
			at = at.visibleAbove(); // what a released shield let go belongs to nobody
									// above
		}
		return (at != null && at.hasFlag(BUBBLES)) ? at : null;
	}

	/** Whether a cancellation of the other scope reaches this one. */
	final boolean sees(ScopeNode other) {
		ScopeNode at = (ScopeNode) this;
		while (at != null && at != other) {
			at = at.visibleAbove();
		}
		return at != null;
	}

	/** Whether this is the other scope, or was opened somewhere inside it. */
	final boolean isInside(ScopeNode other) {
		ScopeNode at = (ScopeNode) this;
		while (at != null && at != other) {
			at = at.parent();
		}
		return at != null;
	}

	final boolean isTop() {
		return this.top == this;
	}

	// Carrying

	/**
	 * From now on work may outlive this scope, and with it the ancestors it sees. Called
	 * before that work can open a scope here. Invariant: what a carried scope sees above
	 * it is carried too, so from the top down.
	 */
	final void markCarried() {
		if (hasFlag(CARRIED)) {
			return;
		}
		ScopeNode above = visibleAbove();
		if (above == null || above.hasFlag(CARRIED)) {
			setFlag(CARRIED);
			return;
		}
		Deque<ScopeNode> unmarked = new ArrayDeque<>();
		for (ScopeNode at = (ScopeNode) this; at != null && !at.hasFlag(CARRIED); at = at.visibleAbove()) {
			unmarked.push(at);
		}
		unmarked.forEach((at) -> at.setFlag(CARRIED));
	}

	final boolean hasFlag(int flag) {
		return ((int) FLAGS.getVolatile(this) & flag) != 0;
	}

	/** The same where a flag that another thread sets right now may be missed. */
	final int flags() {
		return this.flags;
	}

	/**
	 * Sets a flag.
	 * @return whether it was not set before
	 */
	final boolean setFlag(int flag) {
		return ((int) FLAGS.getAndBitwiseOr(this, flag) & flag) == 0;
	}

	final int depth() {
		return this.flags >>> DEPTH_SHIFT;
	}

}
