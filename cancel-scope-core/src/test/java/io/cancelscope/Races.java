package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets two things happen at the same time, many times over.
 */
final class Races implements AutoCloseable {

	private static final int RUNS = 20_000;

	private final ExecutorService pool = Executors.newSingleThreadExecutor();

	/** Sets one run up anew each time, and lets its two sides meet. */
	void race(Callable<Run> setUp) throws Exception {
		Run[] current = new Run[1];
		Meeting start = new Meeting();
		Meeting end = new Meeting();
		boolean[] second = new boolean[1];
		Future<?> other = this.pool.submit(() -> {
			for (int i = 0; i < RUNS; i++) {
				start.await();
				second[0] = current[0].second.call();
				end.await();
			}
			return null;
		});
		for (int i = 0; i < RUNS; i++) {
			current[0] = setUp.call();
			start.await();
			boolean first = current[0].first.call();
			end.awaitOrFail(other);
			current[0].check.accept(first, second[0]);
		}
		other.get(10, TimeUnit.SECONDS);
	}

	@Override
	public void close() {
		this.pool.shutdownNow();
	}

	/** The two sides of a race, and what must hold when both are through. */
	record Run(Callable<Boolean> first, Callable<Boolean> second, Outcome check) {
	}

	@FunctionalInterface
	interface Outcome {

		void accept(boolean first, boolean second);

	}

	/**
	 * Two threads meet here, again and again, and leave as close to each other as can be:
	 * a barrier that parks wakes one long after the other.
	 */
	private static final class Meeting {

		private static final long PATIENCE = Duration.ofSeconds(20).toNanos();

		private final AtomicInteger arrived = new AtomicInteger();

		void await() {
			awaitOrFail(null);
		}

		void awaitOrFail(Future<?> other) {
			int target = (this.arrived.incrementAndGet() + 1) / 2 * 2;
			long since = System.nanoTime();
			for (int spins = 0; this.arrived.get() < target; spins++) {
				if (spins > 500) {
					Thread.yield();
				}
				if (other != null && other.isDone() && this.arrived.get() < target) {
					throw new AssertionError("The other side failed: " + other);
				}
				if (System.nanoTime() - since > PATIENCE) {
					throw new AssertionError("The other side does not come");
				}
			}
		}

	}

}
