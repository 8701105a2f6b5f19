package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits that end also where the thing waited for never comes, for foreign code in tests.
 */
final class Patience {

	private Patience() {
	}

	/** Waits, and returns whether it came. */
	static boolean await(CountDownLatch latch) {
		try {
			return latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	/** Starts a thread that keeps no JVM alive, should it hang. */
	static Thread start(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	/** Waits for its end, and returns whether it came. */
	static boolean ends(Thread thread) throws InterruptedException {
		thread.join(TimeUnit.SECONDS.toMillis(10));
		return !thread.isAlive();
	}

}
