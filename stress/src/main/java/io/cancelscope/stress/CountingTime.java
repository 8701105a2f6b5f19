package io.cancelscope.stress;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.cancelscope.TimeSource;

/**
 * The system's time, which counts what is scheduled and not yet over.
 */
final class CountingTime implements TimeSource {

	final AtomicLong pending = new AtomicLong();

	final LongAdder set = new LongAdder();

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		this.pending.incrementAndGet();
		this.set.increment();
		AtomicBoolean over = new AtomicBoolean();
		Runnable once = () -> {
			if (over.compareAndSet(false, true)) {
				this.pending.decrementAndGet();
			}
		};
		Runnable cancel = TimeSource.system().schedule(() -> {
			once.run();
			task.run();
		}, delayNanos);
		return () -> {
			once.run();
			cancel.run();
		};
	}

}
