package io.cancelscope;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Makes the daemon threads of the library. They hold neither a context class loader nor
 * the access control context of whoever happened to start them, so that they pin no
 * application.
 */
final class DaemonThreads implements ThreadFactory {

	/**
	 * From here on a virtual thread that blocks in a monitor lets its carrier go; before,
	 * a few stops that block in a driver could hold up all virtual threads there are.
	 */
	private static final int VIRTUAL_FROM = 24;

	private final String name;

	private final AtomicInteger count = new AtomicInteger();

	private DaemonThreads(String name) {
		this.name = name;
	}

	static ThreadFactory named(String name) {
		return new DaemonThreads(name);
	}

	/** Virtual ones, or {@code null} where this JVM has none that are fit for it. */
	static @Nullable ThreadFactory virtual(String prefix) {
		if (Runtime.version().feature() < VIRTUAL_FROM) {
			return null;
		}
		try {
			MethodHandles.Lookup lookup = MethodHandles.publicLookup();
			Class<?> builder = Class.forName("java.lang.Thread$Builder");
			Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
			MethodHandle ofVirtual = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual));
			MethodHandle named = lookup.findVirtual(builder, "name",
					MethodType.methodType(builder, String.class, long.class));
			MethodHandle bare = lookup.findVirtual(builder, "inheritInheritableThreadLocals",
					MethodType.methodType(builder, boolean.class));
			MethodHandle factory = lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
			Object made = bare.invoke(named.invoke(ofVirtual.invoke(), prefix, 0L), false);
			return (ThreadFactory) factory.invoke(made);
		}
		catch (Throwable ex) {
			return null;
		}
	}

	@Override
	@SuppressWarnings("removal") // on JDK 17 a thread keeps the context of who makes it
	public Thread newThread(Runnable task) {
		return java.security.AccessController.doPrivileged((java.security.PrivilegedAction<Thread>) () -> make(task),
				new java.security.AccessControlContext(new java.security.ProtectionDomain[0]));
	}

	private Thread make(Runnable task) {
		Thread thread = new Thread(null, task, this.name + "-" + this.count.incrementAndGet(), 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(null);
		return thread;
	}

}
