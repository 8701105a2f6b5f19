package io.cancelscope;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Work that has begun in a scope, on a thread of its own, and goes on step by step until
 * the test ends it.
 */
final class BegunWork implements AutoCloseable {

	private static final long PATIENCE_SECONDS = 10;

	private static final FutureTask<Object> END = new FutureTask<>(() -> "end");

	private final BlockingQueue<FutureTask<?>> steps = new LinkedBlockingQueue<>();

	private final Thread thread;

	private volatile @Nullable Throwable trouble;

	private volatile boolean flag;

	private BegunWork(CarriedBy way, CancelScopes scopes, CancelScope scope) {
		Runnable carried = way.carry(scopes, scope, this::goOn);
		this.thread = new Thread(() -> {
			try {
				carried.run();
			}
			catch (Throwable ex) {
				this.trouble = ex;
			}
			this.flag = Thread.currentThread().isInterrupted();
		}, "begun work");
	}

	/** Begins work that takes a scope along in a given way. */
	static BegunWork in(CancelScope scope, CancelScopes scopes, CarriedBy way) {
		BegunWork work = queuedIn(scope, scopes, way);
		work.start();
		return work;
	}

	static BegunWork in(CancelScope scope, CancelScopes scopes) {
		return in(scope, scopes, CarriedBy.RUNNABLE);
	}

	/** The same, but it waits in its queue until {@link #start()}. */
	static BegunWork queuedIn(CancelScope scope, CancelScopes scopes, CarriedBy way) {
		return new BegunWork(way, scopes, scope);
	}

	void start() {
		this.thread.start();
		step(() -> "begun");
	}

	private void goOn() {
		try {
			for (FutureTask<?> step = this.steps.take(); step != END; step = this.steps.take()) {
				step.run();
			}
		}
		catch (InterruptedException ex) {
			throw new AssertionError("The work was interrupted between two steps", ex);
		}
	}

	/** Does one step on the work's thread, and waits for it. */
	<T> T step(Callable<T> step) {
		try {
			return begin(step).value();
		}
		catch (Exception ex) {
			throw new AssertionError("A step of the work failed", ex);
		}
	}

	void run(Runnable step) {
		step(() -> {
			step.run();
			return "done";
		});
	}

	/** Begins a step that blocks, and returns when it does. */
	<T> Step<T> block(Callable<T> step) {
		Step<T> begun = begin(step);
		begun.awaitInside();
		while (this.thread.getState() != Thread.State.WAITING && this.thread.getState() != Thread.State.TIMED_WAITING
				&& !begun.task.isDone()) {
			Thread.onSpinWait();
		}
		return begun;
	}

	<T> Step<T> begin(Callable<T> step) {
		Step<T> begun = new Step<>(step);
		this.steps.add(begun.task);
		return begun;
	}

	Thread thread() {
		return this.thread;
	}

	/** Lets the work come to its end, and waits for that. */
	void end() {
		this.steps.add(END);
		join();
		assertThat(this.thread.isAlive()).as("the work goes on").isFalse();
		assertThat(this.trouble).as("what ended the work").isNull();
		assertThat(this.flag).as("the interrupt flag after the work").isFalse();
	}

	@Override
	public void close() {
		if (this.thread.isAlive()) {
			this.steps.add(END);
			this.thread.interrupt();
			join();
		}
	}

	private void join() {
		try {
			this.thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
		}
		catch (InterruptedException ex) {
			throw new AssertionError("The test's own thread was interrupted", ex);
		}
	}

	/** A step of the work, and how it ends. */
	static final class Step<T> {

		private final CountDownLatch inside = new CountDownLatch(1);

		private final FutureTask<T> task;

		private volatile boolean flag;

		private Step(Callable<T> step) {
			this.task = new FutureTask<>(() -> {
				this.inside.countDown();
				try {
					return step.call();
				}
				finally {
					this.flag = Thread.interrupted();
				}
			});
		}

		private void awaitInside() {
			try {
				assertThat(this.inside.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("the step begins").isTrue();
			}
			catch (InterruptedException ex) {
				throw new AssertionError("The test's own thread was interrupted", ex);
			}
		}

		T value() throws Exception {
			return this.task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}

		Throwable failure() throws Exception {
			try {
				T value = value();
				throw new AssertionError("It did not fail, and returned " + value);
			}
			catch (ExecutionException ex) {
				return ex.getCause();
			}
		}

		boolean isDone() {
			return this.task.isDone();
		}

		/** The interrupt flag right after the step, which took it away. */
		boolean flag() {
			assertThat(this.task.isDone()).isTrue();
			return this.flag;
		}

	}

}
