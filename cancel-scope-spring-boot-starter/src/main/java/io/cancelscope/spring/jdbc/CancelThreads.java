package io.cancelscope.spring.jdbc;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that cancel statements. A driver's {@code cancel()} may open a connection
 * and block, so each has a thread of its own while it lasts: one database that doesn't
 * answer must not hold up the cancels of another. There are never more than statements
 * being cancelled. All are daemons, and gone when idle.
 */
final class CancelThreads {

	private static final int IDLE_SECONDS = 5;

	private static final ThreadPoolExecutor workers = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS,
			TimeUnit.SECONDS, new SynchronousQueue<>(), named("cancel-scope-jdbc"));

	private static final ScheduledThreadPoolExecutor timer = timer();

	private CancelThreads() {
	}

	private static ScheduledThreadPoolExecutor timer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("cancel-scope-jdbc-timer"));
		timer.setRemoveOnCancelPolicy(true);
		timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
		timer.allowCoreThreadTimeOut(true);
		return timer;
	}

	/** Makes daemons without a class loader, so that they pin no application. */
	private static ThreadFactory named(String name) {
		AtomicInteger count = new AtomicInteger();
		return (task) -> {
			Thread thread = new Thread(null, task, name + "-" + count.incrementAndGet(), 0, false);
			thread.setDaemon(true);
			thread.setContextClassLoader(null);
			return thread;
		};
	}

	static void start(Runnable task) {
		workers.execute(task);
	}

	static Future<?> startLater(Runnable task, Duration delay) {
		return timer.schedule(() -> start(task), delay.toNanos(), TimeUnit.NANOSECONDS);
	}

	/** How many are at work, or have something to do later. */
	static int busy() {
		return workers.getActiveCount() + timer.getQueue().size();
	}

}
