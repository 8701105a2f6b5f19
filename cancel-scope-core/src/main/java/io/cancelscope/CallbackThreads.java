package io.cancelscope;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The default callback executor: daemon threads, as many as are blocked in callbacks at
 * one time, gone when idle.
 */
final class CallbackThreads {

	static final Executor SHARED = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS,
			new SynchronousQueue<>(), DaemonThreads.named("cancel-scope-callback"));

	private CallbackThreads() {
	}

}
