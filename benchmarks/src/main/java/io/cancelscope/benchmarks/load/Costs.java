package io.cancelscope.benchmarks.load;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the application spends on each request, and how much of it after the client was
 * gone.
 */
final class Costs {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private final AtomicInteger active = new AtomicInteger();

	private final AtomicLongArray gone;

	private final AtomicLongArray cpu;

	private final AtomicLongArray lateCpu;

	private final AtomicLongArray database;

	private final AtomicLongArray lateDatabase;

	Costs(int requests) {
		this.gone = new AtomicLongArray(requests);
		this.cpu = new AtomicLongArray(requests);
		this.lateCpu = new AtomicLongArray(requests);
		this.database = new AtomicLongArray(requests);
		this.lateDatabase = new AtomicLongArray(requests);
	}

	/** Says when the client of a request will be gone, if it has no answer then. */
	void expect(int id, long gone) {
		this.gone.set(id, gone);
	}

	/** Begins to look at what the current thread spends on a request. */
	Meter begin(int id) {
		this.active.incrementAndGet();
		return new Meter(id);
	}

	/** Adds what a statement took. */
	void database(int id, long start, long end) {
		this.database.addAndGet(id, end - start);
		long gone = this.gone.get(id);
		if (end - gone > 0) {
			this.lateDatabase.addAndGet(id, end - Math.max(start, gone));
		}
	}

	boolean isIdle() {
		return this.active.get() == 0;
	}

	long cpu(int id) {
		return this.cpu.get(id);
	}

	long lateCpu(int id) {
		return this.lateCpu.get(id);
	}

	long database(int id) {
		return this.database.get(id);
	}

	long lateDatabase(int id) {
		return this.lateDatabase.get(id);
	}

	/**
	 * One request, in steps. A step that ends after the client was gone counts as a whole
	 * as work for nobody: while a thread waits it uses no processor, and what it uses
	 * then comes after the wait.
	 */
	final class Meter implements AutoCloseable {

		private final int id;

		private long before = THREADS.getCurrentThreadCpuTime();

		private Meter(int id) {
			this.id = id;
		}

		void step() {
			long now = THREADS.getCurrentThreadCpuTime();
			Costs.this.cpu.addAndGet(this.id, now - this.before);
			if (System.nanoTime() - Costs.this.gone.get(this.id) > 0) {
				Costs.this.lateCpu.addAndGet(this.id, now - this.before);
			}
			this.before = now;
		}

		@Override
		public void close() {
			step();
			Costs.this.active.decrementAndGet();
		}

	}

}
