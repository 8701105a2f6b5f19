package io.cancelscope.thread;

import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes threads that can tell whose interrupt it was. On any other thread the interrupt
 * flag is one bit without a sender, and somebody else's interrupt that falls between ours
 * and the moment it is noticed can't be told from it. These threads count, and lose none.
 * <p>
 * The idea is the one at the end of Guido van Rossum's note on asyncio's timeouts: a
 * patched {@code cancel()} that leaves a mark.
 *
 * <pre>{@code
 * ExecutorService pool = Executors.newFixedThreadPool(8, ScopeThreads.factory("quotes-"));
 * }</pre>
 */
public final class ScopeThreads {

	private ScopeThreads() {
	}

	/**
	 * Returns a factory of counting platform threads, which are no daemons and have the
	 * normal priority.
	 * @param prefix what the names of the threads begin with; a number follows
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
