package io.cancelscope.demo.live;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

import com.sun.management.OperatingSystemMXBean;
import org.jspecify.annotations.Nullable;

/**
 * How busy and how late the machine itself is. An answer that comes late on a machine
 * that is late says nothing about the search.
 */
final class Machine {

	private static final OperatingSystemMXBean SYSTEM = ManagementFactory
		.getPlatformMXBean(OperatingSystemMXBean.class);

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private Machine() {
	}

	/**
	 * Returns what part of its processors was busy since the last call, from 0 to 1;
	 * {@code null} if nobody knows.
	 */
	static @Nullable Double load() {
		double load = SYSTEM.getCpuLoad();
		return (load >= 0 && load <= 1) ? load : null;
	}

	/**
	 * Computes until this thread has had a processor for so long.
	 * @param duration how long
	 * @return how many milliseconds that took; {@code null} if nobody counts
	 */
	static @Nullable Double compute(Duration duration) {
		if (!THREADS.isCurrentThreadCpuTimeSupported()) {
			return null;
		}
		long started = System.nanoTime();
		long end = THREADS.getCurrentThreadCpuTime() + duration.toNanos();
		while (THREADS.getCurrentThreadCpuTime() < end) {
			Thread.onSpinWait();
		}
		return Timeline.millisBetween(started, System.nanoTime());
	}

}
