package io.cancelscope.demo.example;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.cancelscope.TimeSource;

/**
 * The system's time, sped up: twenty seconds pass in one. As scopes live on any
 * {@link TimeSource}, the examples need not know.
 */
final class StoryTime implements TimeSource {

	private final TimeSource system = TimeSource.system();

	private final long start = this.system.nanoTime();

	private final double speed;

	StoryTime(double speed) {
		this.speed = speed;
	}

	@Override
	public long nanoTime() {
		return (long) ((this.system.nanoTime() - this.start) * this.speed);
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		return this.system.schedule(task, real(delayNanos));
	}

	void sleep(Duration duration) {
		try {
			TimeUnit.NANOSECONDS.sleep(real(duration.toNanos()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted in the middle of an example", ex);
		}
	}

	/** Rounded up, so that nothing is over before its time. */
	private long real(long nanos) {
		return (long) Math.ceil(nanos / this.speed);
	}

}
