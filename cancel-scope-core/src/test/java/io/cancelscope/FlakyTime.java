package io.cancelscope;

import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;

/**
 * A time of the test's that can't make a timer when it is told so, as a system that has
 * no thread left for one.
 */
final class FlakyTime implements TimeSource {

	final ManualTime time = new ManualTime();

	private final AtomicReference<@Nullable Throwable> next = new AtomicReference<>();

	/** The next timer can't be made. */
	void failOnce(Throwable ex) {
		this.next.set(ex);
	}

	@Override
	public long nanoTime() {
		return this.time.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		Throwable ex = this.next.getAndSet(null);
		if (ex != null) {
			throw Sneaky.raise(ex);
		}
		return this.time.schedule(task, delayNanos);
	}

}
