package io.cancelscope.spring;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that cancel scopes of callers that do not wait any more. An event loop must not
 * do that, because callbacks may block. The threads of the application must not be needed
 * for it, because all of them may be busy with the work that is to be cancelled. For
 * features.
 */
public final class AsideThreads {

	private static final int LIMIT = 32;

	private static final int IDLE_SECONDS = 5;

	private AsideThreads() {
	}

	/**
	 * Creates an executor with at most 32 daemon threads, which end when they have been
	 * idle for some seconds. It accepts every task and does not need to be shut down.
	 * @param prefix the prefix of the names of the threads
	 * @return the executor
	 */
	public static Executor create(String prefix) {
		AtomicInteger number = new AtomicInteger();
		ThreadPoolExecutor executor = new ThreadPoolExecutor(LIMIT, LIMIT, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, prefix + number.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

}
