package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;

/**
 * A time that can stop a thread before and after each of its calls, so that two threads
 * meet in every order that these calls allow, and in the same orders on every run.
 */
final class StoppingTime implements TimeSource {

	private static final int MOST_STOPS = 200;

	private final ManualTime time = new ManualTime();

	private final ThreadLocal<@Nullable Side> side = new ThreadLocal<>();

	/**
	 * Lets two sides meet in every order: one goes to its n-th stop, the other to its
	 * m-th, then the first goes on to its end, then the second. Also the other way round.
	 * @param setUp sets up one run on a fresh time
	 */
	static void meetInEveryOrder(Function<StoppingTime, Meeting> setUp) throws Exception {
		for (boolean swapped : new boolean[] { false, true }) {
			boolean stopped = true;
			for (int one = 0; stopped; one++) {
				stopped = false;
				boolean otherStopped = true;
				for (int other = 0; otherStopped; other++) {
					StoppingTime time = new StoppingTime();
					Meeting meeting = setUp.apply(time);
					Side first = time.start(one, swapped ? meeting.second() : meeting.first());
					Side second = time.start(other, swapped ? meeting.first() : meeting.second());
					stopped |= first.isStopped();
					otherStopped = second.isStopped();
					String order = (swapped ? "second" : "first") + " side stopped at " + one + ", the other at "
							+ other;
					first.finish(order);
					second.finish(order);
					meeting.check().accept(order);
				}
				if (one > MOST_STOPS) {
					throw new AssertionError("One side never comes to its end");
				}
			}
		}
	}

	/**
	 * Begins on a thread of its own, and waits until it is at that stop or at its end.
	 */
	private Side start(int stop, Callable<?> work) throws Exception {
		Side side = new Side(stop, work);
		Thread thread = new Thread(side, "side-" + stop);
		thread.setDaemon(true);
		thread.start();
		side.awaitStop();
		return side;
	}

	@Override
	public long nanoTime() {
		pass();
		long now = this.time.nanoTime();
		pass();
		return now;
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		pass();
		Runnable cancel = this.time.schedule(task, delayNanos);
		pass();
		return () -> {
			pass();
			cancel.run();
			pass();
		};
	}

	private void pass() {
		Side side = this.side.get();
		if (side != null) {
			side.pass();
		}
	}

	void advance(Duration duration) {
		this.time.advance(duration);
	}

	int pending() {
		return this.time.pending();
	}

	/** What meets, and what must hold when both are through, whatever the order. */
	record Meeting(Callable<?> first, Callable<?> second, Outcome check) {
	}

	@FunctionalInterface
	interface Outcome {

		void accept(String order);

	}

	/** One of two threads. */
	private final class Side implements Runnable {

		private final int stop;

		private final FutureTask<?> work;

		private final CountDownLatch arrived = new CountDownLatch(1);

		private final CountDownLatch goOn = new CountDownLatch(1);

		private volatile boolean stopped;

		private int passed;

		private Side(int stop, Callable<?> work) {
			this.stop = stop;
			this.work = new FutureTask<>(work);
		}

		@Override
		public void run() {
			StoppingTime.this.side.set(this);
			this.work.run();
			this.arrived.countDown();
		}

		private void pass() {
			if (this.passed++ == this.stop) {
				this.stopped = true;
				this.arrived.countDown();
				awaitQuietly(this.goOn);
			}
		}

		private void awaitStop() {
			if (!awaitQuietly(this.arrived)) {
				this.goOn.countDown();
				throw new AssertionError("A side neither stops nor ends: it waits for the other side, which is"
						+ " inside the time source");
			}
		}

		private boolean isStopped() {
			return this.stopped;
		}

		private void finish(String order) throws Exception {
			this.goOn.countDown();
			try {
				this.work.get(10, TimeUnit.SECONDS);
			}
			catch (ExecutionException | TimeoutException ex) {
				throw new AssertionError("A side failed: " + order, ex);
			}
		}

		private static boolean awaitQuietly(CountDownLatch latch) {
			try {
				return latch.await(10, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new AssertionError("The test's own thread was interrupted", ex);
			}
		}

	}

}
