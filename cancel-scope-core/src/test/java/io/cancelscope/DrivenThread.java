package io.cancelscope;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thread that does one thing at a time, each when the test says so, and nothing in
 * between: so a schedule on several of them is the same each time.
 */
final class DrivenThread implements AutoCloseable {

	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

	private static final Runnable RETURN = () -> {
	};

	private final SynchronousQueue<Runnable> tasks = new SynchronousQueue<>();

	private final Thread thread;

	/** From a task's being handed over until the thread asks for the next one. */
	private volatile boolean busy = true;

	/** Inside a task that is meant to block. */
	private volatile boolean blocking;

	private volatile boolean closed;

	private volatile @Nullable Throwable failure;

	DrivenThread(String name) {
		this.thread = new Thread(this::serve, name);
		this.thread.start();
		awaitIdle();
	}

	/** Runs a task from beginning to end. */
	void run(Runnable task) {
		handOver(task);
		awaitIdle();
	}

	/**
	 * Begins something that lasts until {@link #end()}: it is given what to run inside
	 * it, which is whatever this thread is told to do next. It may be nested.
	 */
	void begin(Consumer<Runnable> around) {
		run(() -> around.accept(this::serve));
	}

	/** Ends what was begun last, and returns when that is over. */
	void end() {
		run(RETURN);
	}

	/** Begins a task that blocks; returns when it does, or when it has ended at once. */
	void block(Runnable task) {
		handOver(() -> {
			this.blocking = true;
			try {
				task.run();
			}
			finally {
				this.blocking = false;
			}
		});
		boolean done = await(() -> !this.busy || (this.blocking && isParked()));
		assertThat(done).as("%s blocks, or has ended", this.thread.getName()).isTrue();
	}

	/** Waits until the task is over, and throws what went wrong, if anything did. */
	private void awaitIdle() {
		assertThat(isIdleSoon()).as("%s has done what it was told", this.thread.getName()).isTrue();
	}

	/**
	 * Waits until the task is over, and throws what went wrong, if anything did.
	 * @return {@code false} if it does not end
	 */
	boolean isIdleSoon() {
		boolean idle = await(() -> !this.busy);
		Throwable failure = this.failure;
		if (failure != null) {
			this.failure = null;
			throw new AssertionError("In " + this.thread.getName() + ": " + failure, failure);
		}
		return idle;
	}

	/**
	 * Whether the thread is still blocked, and nobody has interrupted it. An interruption
	 * shows in the flag until the thread has seen it, from then on in its state, and in
	 * the end in {@link #busy}; the order of the questions leaves no gap.
	 */
	boolean isStillBlocked() {
		return await(() -> !this.busy || (!this.thread.isInterrupted() && isParked() && this.blocking)) && this.busy;
	}

	private boolean isParked() {
		Thread.State state = this.thread.getState();
		return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
	}

	private void handOver(Runnable task) {
		this.busy = true;
		try {
			this.tasks.put(task);
		}
		catch (InterruptedException ex) {
			throw new AssertionError("The test's own thread was interrupted", ex);
		}
	}

	/** Does what it is told until it is told to return. */
	private void serve() {
		while (true) {
			try {
				this.busy = false;
				Runnable task = this.tasks.take();
				if (task == RETURN) {
					return;
				}
				task.run();
			}
			catch (Throwable ex) {
				if (this.closed) {
					return;
				}
				this.failure = ex;
			}
			if (Thread.interrupted()) {
				this.failure = new AssertionError("A task left the interrupt flag set");
			}
		}
	}

	private static boolean await(BooleanSupplier condition) {
		long since = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - since > PATIENCE) {
				return false;
			}
			Thread.yield();
		}
		return true;
	}

	@Override
	public void close() {
		this.closed = true;
		try {
			while (this.thread.isAlive()) {
				this.thread.interrupt();
				this.thread.join(10);
			}
		}
		catch (InterruptedException ex) {
			throw new AssertionError("The test's own thread was interrupted", ex);
		}
	}

}
