package io.cancelscope;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the daemon threads of the library. They hold no context class loader, so that
 * they pin no application that happened to start them.
 */
final class DaemonThreads implements ThreadFactory {

	private final String name;

	private final AtomicInteger count = new AtomicInteger();

	private DaemonThreads(String name) {
		this.name = name;
	}

	static ThreadFactory named(String name) {
		return new DaemonThreads(name);
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(null, task, this.name + "-" + this.count.incrementAndGet(), 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(null);
		return thread;
	}

}
