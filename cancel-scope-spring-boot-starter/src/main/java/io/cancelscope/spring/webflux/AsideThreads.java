package io.cancelscope.spring.webflux;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that cancel what nobody waits for any more. An event loop must not do that,
 * since callbacks may block; and the threads of the application must not be needed for
 * it, since all of them may be busy with just what is to be cancelled.
 */
final class AsideThreads {

	private static final int LIMIT = 32;

	private static final int IDLE_SECONDS = 5;

	private AsideThreads() {
	}

	static Executor create() {
		AtomicInteger number = new AtomicInteger();
		ThreadPoolExecutor executor = new ThreadPoolExecutor(LIMIT, LIMIT, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(task, "cancel-scope-web-" + number.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

}
