package io.cancelscope.thread;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A platform thread that counts the interrupts which others send it, so that a scope's
 * interrupt is never mistaken for somebody else's, nor the other way round. Made by
 * {@link ScopeThreads#factory(String)}.
 */
public final class ScopeThread extends Thread {

	private final AtomicInteger foreign = new AtomicInteger();

	ScopeThread(Runnable task, String name) {
		super(task, name);
	}

	/**
	 * Interrupts this thread, and counts it unless the thread does it to itself, which is
	 * how code passes an interrupt on.
	 */
	@Override
	public void interrupt() {
		if (Thread.currentThread() != this) {
			this.foreign.incrementAndGet();
		}
		super.interrupt();
	}

	/**
	 * Returns how often others have interrupted this thread.
	 * @return the number of calls of {@link #interrupt()} from other threads
	 */
	public int foreignInterrupts() {
		return this.foreign.get();
	}

	/**
	 * Interrupts this thread on behalf of a scope, uncounted. For the library.
	 */
	public void interruptByScope() {
		super.interrupt();
	}

}
