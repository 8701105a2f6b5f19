package io.cancelscope;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a scope that is only observed would have been cancelled by: its deadline, kept
 * where nothing acts on it, and whether somebody was told already.
 */
final class Observed {

	private final AtomicBoolean told = new AtomicBoolean();

	private final long openedAt;

	private volatile long deadline;

	Observed(long openedAt, long deadline) {
		this.openedAt = openedAt;
		this.deadline = deadline;
	}

	void reschedule(long deadline) {
		this.deadline = deadline;
	}

	long deadline() {
		return this.deadline;
	}

	boolean hasDeadline() {
		return this.deadline != Deadline.NONE;
	}

	boolean isExpired(long now) {
		return hasDeadline() && now - this.deadline >= 0;
	}

	long elapsed(long now) {
		return now - this.openedAt;
	}

	/** Whether nobody was told before: the first cause wins here, too. */
	boolean isFirst() {
		return this.told.compareAndSet(false, true);
	}

}
