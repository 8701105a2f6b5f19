package io.cancelscope;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The JVM's clock and one shared daemon timer thread.
 */
final class SystemTime implements TimeSource {

	static final SystemTime INSTANCE = new SystemTime();

	private static final String TIMER_THREAD = "cancel-scope-timer";

	private static final long IDLE_SECONDS = 30;

	private SystemTime() {
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		var entry = Timer.EXECUTOR.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
		return () -> entry.cancel(false);
	}

	@Override
	public String toString() {
		return "TimeSource.system()";
	}

	static boolean isTimerThread() {
		return Thread.currentThread().getName().startsWith(TIMER_THREAD);
	}

	/** Loaded, and its thread started, only when something is first scheduled. */
	private static final class Timer {

		static final ScheduledThreadPoolExecutor EXECUTOR = create();

		private static ScheduledThreadPoolExecutor create() {
			var executor = new ScheduledThreadPoolExecutor(1, DaemonThreads.named(TIMER_THREAD));
			// A closed scope must not be held by the entry it no longer needs.
			executor.setRemoveOnCancelPolicy(true);
			executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
			executor.allowCoreThreadTimeOut(true);
			return executor;
		}

	}

}
