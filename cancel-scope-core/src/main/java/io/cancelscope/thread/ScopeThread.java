package io.cancelscope.thread;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A platform thread that counts the interrupts that other threads send it, so that the
 * library can distinguish a scope's own interrupt from a foreign interrupt. Created by
 * {@link ScopeThreads#factory(String)}.
 */
public final class ScopeThread extends Thread {

	private final AtomicInteger foreign = new AtomicInteger();

	ScopeThread(Runnable task, String name) {
		super(task, name);
	}

	/**
	 * Interrupts this thread, and counts the interrupt unless this thread is the caller.
	 * Code that interrupts its own thread passes an earlier interrupt on.
	 */
	@Override
	public void interrupt() {
		if (Thread.currentThread() != this) {
			this.foreign.incrementAndGet();
		}
		super.interrupt();
	}

	/**
	 * Returns the number of foreign interrupts of this thread.
	 * @return the number of calls of {@link #interrupt()} from other threads
	 */
	public int foreignInterrupts() {
		return this.foreign.get();
	}

	/**
	 * Interrupts this thread on behalf of a scope, without counting the interrupt. Meant
	 * for the library only.
	 */
	public void interruptByScope() {
		super.interrupt();
	}

}
