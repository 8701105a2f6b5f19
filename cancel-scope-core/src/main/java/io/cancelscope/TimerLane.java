package io.cancelscope;

import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * One of the timer's queues. There are several, so that threads which set timers and take
 * them away do not wait for each other; which one a thread uses makes no difference to
 * anybody.
 * <p>
 * Each queue knows when the timer's thread looks at it next by itself. That is read and
 * written under the queue's own lock, so an entry that comes while the thread is about to
 * fall asleep either is seen by it, or sees for how long it sleeps and wakes it.
 */
final class TimerLane {

	/** When a thread that is not there looks by itself. */
	private static final long NEVER_NANOS = 1L << 62;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock, like all below. */
	private final TimerQueue queue = new TimerQueue();

	private long looksAt = System.nanoTime() + NEVER_NANOS;

	/**
	 * Adds an entry.
	 * @return whether it is due before the thread would look, which has to be woken then
	 */
	boolean add(TimerQueue.Entry entry) {
		this.lock.lock();
		try {
			if (entry.isGone()) {
				return false;
			}
			this.queue.add(entry);
			if (entry.due - this.looksAt >= 0) {
				return false;
			}
			this.looksAt = entry.due;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Removes an entry, or sees to it that it doesn't come in later: who takes an entry
	 * away may be faster than who puts it here.
	 * @return {@code false} if it was not there
	 */
	boolean remove(TimerQueue.Entry entry) {
		this.lock.lock();
		try {
			boolean removed = this.queue.remove(entry);
			if (!removed) {
				entry.gone();
			}
			return removed;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The earliest entry, or {@code null}; it may leave at any moment. */
	TimerQueue.@Nullable Entry first() {
		this.lock.lock();
		try {
			return this.queue.first();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The thread is about to sleep.
	 * @return {@code false} if it must not, because something is due before that
	 */
	boolean sleepUntil(long instant) {
		this.lock.lock();
		try {
			TimerQueue.Entry first = this.queue.first();
			if (first != null && first.due - instant < 0) {
				return false;
			}
			this.looksAt = instant;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** When the thread is to look here next. */
	long looksAt() {
		this.lock.lock();
		try {
			return this.looksAt;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The thread is about to end, or could not be started: whoever comes next wakes it.
	 * @return {@code false} if it must not end, because something is here
	 */
	boolean leave() {
		this.lock.lock();
		try {
			this.looksAt = System.nanoTime() + NEVER_NANOS;
			return this.queue.first() == null;
		}
		finally {
			this.lock.unlock();
		}
	}

	int size() {
		this.lock.lock();
		try {
			return this.queue.size();
		}
		finally {
			this.lock.unlock();
		}
	}

}
