package io.cancelscope.benchmarks.load;

import java.util.concurrent.locks.LockSupport;

/**
 * The longest time for which a thread that only wanted to sleep for a millisecond was
 * kept waiting: what the machine, or the garbage collector, did to everybody.
 */
final class Stalls {

	private final Thread thread = new Thread(this::run, "stalls");

	private volatile boolean over;

	private volatile long longest;

	Stalls() {
		this.thread.setDaemon(true);
		this.thread.start();
	}

	private void run() {
		while (!this.over) {
			long due = System.nanoTime() + 1_000_000;
			LockSupport.parkNanos(1_000_000);
			this.longest = Math.max(this.longest, System.nanoTime() - due);
		}
	}

	/** In milliseconds. */
	double longest() {
		this.over = true;
		return this.longest / 1e6;
	}

}
