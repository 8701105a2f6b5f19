package io.cancelscope.group;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.OpenScope;

/**
 * One task of a group, and its future. It is begun once, by a thread of the executor, or
 * given up once while it still waits for one.
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
			super.cancel(false);
			this.group.ended(this);
		}
	}

	@Override
	protected void setException(Throwable ex) {
		if (!isCancelled()) {
			this.group.failed(ex);
		}
		super.setException(ex);
	}

	/**
	 * Cancels the task's scope, and with it the task. Whether the thread is interrupted
	 * is a matter of the group's options, not of the argument: an interrupt sent past the
	 * scope could hit the thread's next task.
	 */
	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(false);
		this.scope.cancel("the future of the task was cancelled");
		abandon();
		return cancelled;
	}

}
