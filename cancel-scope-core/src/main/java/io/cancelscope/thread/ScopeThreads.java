package io.cancelscope.thread;

import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Factory of threads on which every foreign interrupt is recognised. On any other thread
 * the interrupt flag is one bit without a sender. A foreign interrupt that arrives
 * between a scope's own interrupt and its detection cannot be recognised there. These
 * threads count foreign interrupts, so none is lost.
 * <p>
 * The idea comes from Guido van Rossum's note on timeouts in asyncio, which patches
 * {@code cancel()} to leave a mark.
 *
 * <pre>{@code
 * ExecutorService pool = Executors.newFixedThreadPool(8, ScopeThreads.factory("quotes-"));
 * }</pre>
 */
public final class ScopeThreads {

	private ScopeThreads() {
	}

	/**
	 * Returns a factory of platform threads that count foreign interrupts. The threads
	 * are not daemons and have normal priority.
	 * @param prefix the prefix of the thread names; a number is appended
	 * @return the factory
	 */
	public static ThreadFactory factory(String prefix) {
		Objects.requireNonNull(prefix, "prefix");
		AtomicInteger count = new AtomicInteger();
		return (task) -> {
			ScopeThread thread = new ScopeThread(task, prefix + count.incrementAndGet());
			thread.setDaemon(false);
			thread.setPriority(Thread.NORM_PRIORITY);
			return thread;
		};
	}

}
