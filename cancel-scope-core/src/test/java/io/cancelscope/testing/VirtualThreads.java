package io.cancelscope.testing;

import java.util.concurrent.ThreadFactory;

/**
 * Virtual threads, where the JDK that runs the tests has them; the code is built for 17.
 */
public final class VirtualThreads {

	private VirtualThreads() {
	}

	public static boolean areThere() {
		return Runtime.version().feature() >= 21;
	}

	public static ThreadFactory factory() {
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
