package io.cancelscope.group;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.OpenScope;

/**
 * One task of a group, and its future. A thread of the executor begins it once, or it is
 * given up once while it waits for a thread.
 */
final class ForkedTask<T> extends FutureTask<T> {

	private final TaskGroup group;

	private final OpenScope scope;

	private final AtomicBoolean begun = new AtomicBoolean();

	ForkedTask(TaskGroup group, Callable<T> task, OpenScope scope) {
		super(scope.wrap(task));
		this.group = group;
		this.scope = scope;
	}

	OpenScope scope() {
		return this.scope;
	}

	@Override
	public void run() {
		if (this.begun.compareAndSet(false, true)) {
			try {
				super.run();
			}
			finally {
				this.group.ended(this);
			}
		}
	}

	/** Gives the task up unless it has begun. */
	void abandon() {
		if (this.begun.compareAndSet(false, true)) {
			try {
				this.group.ending();
				super.cancel(false);
			}
			finally {
				this.group.ended(this);
			}
		}
	}

	// Order: the group looks at its scope before the future completes. A thread that sees
	// the future done in time can rely on it, whatever the clock does afterwards.

	@Override
	protected void set(T value) {
		try {
			this.group.ending();
		}
		finally {
			super.set(value);
		}
	}

	@Override
	protected void setException(Throwable ex) {
		try {
			this.group.ending();
			if (!isCancelled()) {
				this.group.failed(ex);
			}
		}
		finally {
			super.setException(ex);
		}
	}

	/**
	 * Cancels the scope of the task, and with it the task. The options of the group
	 * decide whether the thread is interrupted, not the argument: an interrupt that is
	 * not sent by the scope could hit the next task of the thread.
	 */
	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(false);
		this.scope.cancel("the future of the task was cancelled");
		abandon();
		return cancelled;
	}

}
