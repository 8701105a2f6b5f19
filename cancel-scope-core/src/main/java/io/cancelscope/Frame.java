package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a thread's stack of scopes: a scope opened on the thread, or one attached
 * to it. Only that thread reads and writes the stack.
 */
abstract class Frame {

	/** What was on top before, or {@code null} at the bottom of the stack. */
	final @Nullable Frame previous;

	Frame(@Nullable Frame previous) {
		this.previous = previous;
	}

	/** Whether this entry is over, by whichever thread, and only waits to be dropped. */
	abstract boolean isOver();

	/**
	 * The scope this entry makes current, or {@code null} for the root. Asked only while
	 * the entry is not over.
	 */
	abstract @Nullable ScopeNode scope();

	/** The scope that is current where this entry makes no difference. */
	final @Nullable ScopeNode scopeBelow() {
		for (Frame at = this.previous; at != null; at = at.previous) {
			if (!at.isOver()) {
				return at.scope();
			}
		}
		return null;
	}

	/**
	 * Ends what an outer entry leaves open behind it.
	 * @return what to call it in the complaint, or {@code null} for what is no user's
	 */
	abstract @Nullable String abandon(String outer);

	/** It was over already, and has just been dropped from its thread's stack. */
	void dropped() {
	}

	/** What to call this entry when it ends before those above it. */
	abstract String label();

}
