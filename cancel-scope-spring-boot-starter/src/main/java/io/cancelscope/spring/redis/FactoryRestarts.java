package io.cancelscope.spring.redis;

import java.util.function.IntSupplier;

import org.springframework.context.SmartLifecycle;

/**
 * Reaches the clients of connection factories that were started with the application
 * context, not before, or were started again.
 */
final class FactoryRestarts implements SmartLifecycle {

	private final Runnable reach;

	private final IntSupplier lastPhase;

	private volatile boolean running;

	/**
	 * Creates one.
	 * @param reach reaches the clients of all factories
	 * @param lastPhase returns the highest phase of a factory: after it, all that start
	 * by themselves have done so
	 */
	FactoryRestarts(Runnable reach, IntSupplier lastPhase) {
		this.reach = reach;
		this.lastPhase = lastPhase;
	}

	@Override
	public void start() {
		this.reach.run();
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		int last = this.lastPhase.getAsInt();
		return (last < Integer.MAX_VALUE) ? last + 1 : last;
	}

}
