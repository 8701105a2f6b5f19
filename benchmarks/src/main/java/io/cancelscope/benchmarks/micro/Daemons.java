package io.cancelscope.benchmarks.micro;

import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Threads for those who need some, that don't keep the JVM from ending.
 */
final class Daemons {

	private Daemons() {
	}

	static Thread thread(Runnable work) {
		Thread thread = new Thread(work);
		thread.setDaemon(true);
		return thread;
	}

	/** As gRPC makes its own. */
	static ScheduledThreadPoolExecutor timer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, Daemons::thread);
		timer.setRemoveOnCancelPolicy(true);
		return timer;
	}

}
