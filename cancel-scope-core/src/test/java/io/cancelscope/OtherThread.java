package io.cancelscope;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A second thread for a test: it says when it has arrived at the interesting place, and
 * afterwards how its work ended and with which interrupt flag.
 */
final class OtherThread implements AutoCloseable {

	private final ThreadFactory factory;

	private final CountDownLatch arrived = new CountDownLatch(1);

	private @Nullable Thread thread;

	OtherThread() {
		this(Thread::new);
	}

	OtherThread(ThreadFactory factory) {
		this.factory = factory;
	}

	<T> Outcome<T> start(Callable<T> work) {
		Outcome<T> outcome = new Outcome<>(work);
		Thread thread = this.factory.newThread(outcome);
		this.thread = thread;
		thread.start();
		return outcome;
	}

	Thread thread() {
		Thread thread = this.thread;
		assertThat(thread).isNotNull();
		return thread;
	}

	/** Called by the work itself. */
	void arrive() {
		this.arrived.countDown();
	}

	void awaitArrival() throws InterruptedException {
		assertThat(this.arrived.await(20, TimeUnit.SECONDS)).as("the other thread arrives").isTrue();
	}

	/** Waits until the thread is blocked, where that is what a test is about. */
	void awaitBlocked() throws InterruptedException {
		awaitArrival();
		while (thread().getState() != Thread.State.WAITING && thread().getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
	}

	@Override
	public void close() {
		try {
			thread().join(TimeUnit.SECONDS.toMillis(20));
		}
		catch (InterruptedException ex) {
			throw new AssertionError("The test's own thread was interrupted", ex);
		}
		assertThat(thread().isAlive()).as("the other thread is still running").isFalse();
	}

	/** How the work ended. */
	static final class Outcome<T> implements Runnable {

		private final FutureTask<T> task;

		private final CountDownLatch over = new CountDownLatch(1);

		private volatile boolean flag;

		private Outcome(Callable<T> work) {
			this.task = new FutureTask<>(work);
		}

		@Override
		public void run() {
			this.task.run();
			this.flag = Thread.currentThread().isInterrupted();
			this.over.countDown();
		}

		T value() throws Exception {
			return this.task.get(20, TimeUnit.SECONDS);
		}

		Throwable failure() throws Exception {
			try {
				T value = this.task.get(20, TimeUnit.SECONDS);
				throw new AssertionError("It did not fail, and returned " + value);
			}
			catch (ExecutionException ex) {
				return ex.getCause();
			}
		}

		/** The interrupt flag right after the work. */
		boolean flag() throws InterruptedException {
			assertThat(this.over.await(20, TimeUnit.SECONDS)).isTrue();
			return this.flag;
		}

	}

}
