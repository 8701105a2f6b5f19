package io.cancelscope.group;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The threads of a group that was opened without an executor: a virtual thread for each
 * task where the JDK has them, otherwise a bounded pool of daemon threads. A pool of the
 * group's own, because a group inside a task of another group would otherwise wait for
 * threads that its own caller occupies.
 * <p>
 * A thread holds the context class loader of the code that forks only while it runs the
 * task, and inherits no thread-locals.
 */
final class OwnThreads implements Executor {

	/** How many platform threads a group has at most. */
	static final int MOST = 256;

	private static final long IDLE_SECONDS = 1;

	private static final String PREFIX = "cancel-scope-task-";

	private static final AtomicLong count = new AtomicLong();

	private static final @Nullable ThreadFactory VIRTUAL = virtualThreads();

	/** Null where there are virtual threads. */
	private final @Nullable ThreadPoolExecutor pool = (VIRTUAL == null) ? newPool() : null;

	private static ThreadPoolExecutor newPool() {
		ThreadPoolExecutor pool = new ThreadPoolExecutor(MOST, MOST, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), OwnThreads::newDaemon);
		pool.allowCoreThreadTimeOut(true);
		return pool;
	}

	private static Thread newDaemon(Runnable task) {
		Thread thread = new Thread(null, task, PREFIX + count.getAndIncrement(), 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(null);
		return thread;
	}

	/** By reflection, because the library is compiled for JDK 17. */
	private static @Nullable ThreadFactory virtualThreads() {
		try {
			Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
			MethodHandles.Lookup lookup = MethodHandles.publicLookup();
			MethodHandle ofVirtual = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder));
			MethodHandle name = lookup.findVirtual(builder, "name",
					MethodType.methodType(builder, String.class, long.class));
			MethodHandle inherit = lookup.findVirtual(builder, "inheritInheritableThreadLocals",
					MethodType.methodType(builder, boolean.class));
			MethodHandle factory = lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
			Object named = name.invoke(ofVirtual.invoke(), PREFIX, 0L);
			return (ThreadFactory) factory.invoke(inherit.invoke(named, false));
		}
		catch (Throwable ex) {
			return null; // a JDK before 21, or virtual threads are a preview
		}
	}

	@Override
	public void execute(Runnable task) {
		Runnable inContext = inContext(task, Thread.currentThread().getContextClassLoader());
		if (this.pool != null) {
			this.pool.execute(inContext);
		}
		else if (VIRTUAL != null) {
			VIRTUAL.newThread(inContext).start();
		}
	}

	private static Runnable inContext(Runnable task, @Nullable ClassLoader loader) {
		return () -> {
			Thread thread = Thread.currentThread();
			thread.setContextClassLoader(loader);
			try {
				task.run();
			}
			finally {
				thread.setContextClassLoader(null);
			}
		};
	}

	/** Ends the threads when they have nothing left to do. */
	void end() {
		if (this.pool != null) {
			this.pool.shutdown();
		}
	}

}
