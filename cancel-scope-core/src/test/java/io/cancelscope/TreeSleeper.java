package io.cancelscope;

import io.cancelscope.TreeModel.Reason;
import io.cancelscope.TreeModel.Work;
import org.jspecify.annotations.Nullable;

/**
 * What can't ask, and is woken by a cancellation, in {@link TreeModel}: a callback, or a
 * thread that waits.
 */
final class TreeSleeper {

	private final boolean waits;

	private final @Nullable Work work;

	private boolean hasMovedUp;

	private @Nullable Reason reason;

	/**
	 * Creates a callback or a wait.
	 * @param work the carried work that registers it, or {@code null} for the opener
	 */
	TreeSleeper(boolean waits, @Nullable Work work) {
		this.waits = waits;
		this.work = work;
	}

	/** A wait goes on by itself, a callback as long as the work that registered it. */
	boolean outlivesItsScope() {
		return this.waits || (this.work != null && !this.work.isOver());
	}

	void moveUp() {
		this.hasMovedUp = true;
	}

	boolean hasMovedUp() {
		return this.hasMovedUp;
	}

	/** Whether its scope has closed, and only that work still keeps it. */
	boolean isLeftTo(Work work) {
		return this.hasMovedUp && this.work == work;
	}

	void wake(Reason reason) {
		this.reason = reason;
	}

	/** What woke it, or {@code null} as long as nothing has. */
	@Nullable Reason reason() {
		return this.reason;
	}

}
