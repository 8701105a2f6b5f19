package io.cancelscope;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Stops another thread in the middle of an operation, where it enters a monitor of the
 * tree: so a race has the same schedule on every run.
 */
final class HeldUp {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

	private HeldUp() {
	}

	/**
	 * Runs work on another thread until it wants to enter a monitor, does something
	 * meanwhile on the calling thread, which holds the monitor, and lets the work come to
	 * its end.
	 */
	static void at(Object monitor, Runnable work, Runnable meanwhile) throws Exception {
		FutureTask<Boolean> task = new FutureTask<>(work, true);
		Thread thread = new Thread(task, "held up");
		thread.setDaemon(true);
		synchronized (monitor) {
			thread.start();
			awaitBlocked(thread, monitor);
			meanwhile.run();
		}
		task.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
	}

	private static void awaitBlocked(Thread thread, Object monitor) {
		long start = System.nanoTime();
		while (!isBlocked(THREADS.getThreadInfo(thread.getId()), monitor)) {
			if (!thread.isAlive() || System.nanoTime() - start > PATIENCE_NANOS) {
				throw new AssertionError("The work does not enter that monitor");
			}
			Thread.onSpinWait();
		}
	}

	private static boolean isBlocked(@Nullable ThreadInfo thread, Object monitor) {
		LockInfo lock = (thread != null && thread.getThreadState() == Thread.State.BLOCKED) ? thread.getLockInfo()
				: null;
		return lock != null && lock.getIdentityHashCode() == System.identityHashCode(monitor);
	}

}
