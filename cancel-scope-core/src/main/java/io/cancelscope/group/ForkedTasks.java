package io.cancelscope.group;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The tasks of a group that have not ended, and what the ended ones threw. All fields are
 * guarded by the lock; no foreign code runs under it.
 */
final class ForkedTasks {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition allEnded = this.lock.newCondition();

	private final Set<ForkedTask<?>> tasks = new LinkedHashSet<>();

	private @Nullable Throwable failure;

	private boolean failureWasTaken;

	private boolean closed;

	/** Adds a task, and returns whether that is possible: the group is not closed. */
	boolean add(ForkedTask<?> task) {
		this.lock.lock();
		try {
			return !this.closed && this.tasks.add(task);
		}
		finally {
			this.lock.unlock();
		}
	}

	void remove(ForkedTask<?> task) {
		this.lock.lock();
		try {
			this.tasks.remove(task);
			if (this.tasks.isEmpty()) {
				this.allEnded.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	List<ForkedTask<?>> notEnded() {
		this.lock.lock();
		try {
			return List.copyOf(this.tasks);
		}
		finally {
			this.lock.unlock();
		}
	}

	void awaitNone() throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			while (!this.tasks.isEmpty()) {
				this.allEnded.await();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Keeps a failure, and returns whether it is the first one. */
	boolean isFirst(Throwable failure) {
		this.lock.lock();
		try {
			Throwable first = this.failure;
			if (first == null) {
				this.failure = failure;
				return true;
			}
			TaskFailures.suppress(first, failure);
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Returns the first failure, which is then the caller's to report. */
	@Nullable Throwable takeFailure() {
		this.lock.lock();
		try {
			this.failureWasTaken = true;
			return this.failure;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Returns the first failure, unless it was taken. */
	@Nullable Throwable unseenFailure() {
		this.lock.lock();
		try {
			return this.failureWasTaken ? null : this.failure;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Accepts no more tasks, and returns whether this call decided that. */
	boolean close() {
		this.lock.lock();
		try {
			boolean first = !this.closed;
			this.closed = true;
			return first;
		}
		finally {
			this.lock.unlock();
		}
	}

}
