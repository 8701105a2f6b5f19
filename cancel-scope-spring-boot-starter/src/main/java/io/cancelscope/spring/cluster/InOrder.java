package io.cancelscope.spring.cluster;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after the other, in the order in which they come, on threads of another
 * executor.
 * <p>
 * Race: a task comes while the last one ends. Both look at {@link #running} under the
 * lock, so either the thread takes the new task, or another thread is asked for.
 */
final class InOrder implements Executor {

	private final Executor threads;

	/** Guarded by this. */
	private final Queue<Runnable> waiting = new ArrayDeque<>();

	/** Guarded by this. */
	private boolean running;

	InOrder(Executor threads) {
		this.threads = threads;
	}

	@Override
	public void execute(Runnable task) {
		synchronized (this) {
			this.waiting.add(task);
			if (this.running) {
				return;
			}
			this.running = true;
		}
		this.threads.execute(this::runNext);
	}

	private void runNext() {
		Runnable task;
		synchronized (this) {
			task = this.waiting.remove();
		}
		try {
			task.run();
		}
		finally {
			boolean more;
			synchronized (this) {
				more = !this.waiting.isEmpty();
				this.running = more;
			}
			if (more) {
				this.threads.execute(this::runNext);
			}
		}
	}

}
