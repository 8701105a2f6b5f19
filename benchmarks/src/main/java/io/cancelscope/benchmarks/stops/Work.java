package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What is done, without an end before its time.
 */
final class Work {

	/** What it may take. */
	static final Duration BUDGET = Duration.ofMillis(300);

	/** What it takes. */
	static final Duration LENGTH = Duration.ofMillis(1_500);

	private static final long STEP_MILLIS = 5;

	private Work() {
	}

	/** Waits for something that does not come, with no timeout of its own in time. */
	static void await(Duration time) throws InterruptedException {
		new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
	}

	/** Works in small steps, with a safe point before each. */
	static void steps(Rival rival, Duration time) throws InterruptedException {
		long end = System.nanoTime() + time.toNanos();
		while (System.nanoTime() - end < 0) {
			rival.check();
			Thread.sleep(STEP_MILLIS);
		}
	}

	/**
	 * Neither checks nor minds an interrupt, as code that catches it and goes on, or a
	 * call of native code.
	 */
	static void deaf(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		boolean interrupted = false;
		for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
			try {
				TimeUnit.NANOSECONDS.sleep(left);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
