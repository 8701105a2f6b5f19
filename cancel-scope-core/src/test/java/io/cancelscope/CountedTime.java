package io.cancelscope;

import java.time.Duration;

import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;

/**
 * A time of the test's that counts how often it is read, and runs code in the middle of a
 * reading: what another thread does at that moment of an operation, and always at that
 * one.
 */
final class CountedTime implements TimeSource {

	final ManualTime time = new ManualTime();

	private int reads;

	private int until;

	private @Nullable Runnable meanwhile;

	/** The next reading runs this first. */
	void atNextRead(Runnable meanwhile) {
		atRead(1, meanwhile);
	}

	/** One of the next readings runs this first: 1 for the next one. */
	void atRead(int number, Runnable meanwhile) {
		this.until = number;
		this.meanwhile = meanwhile;
	}

	/** Whether what was to run in a reading has not run. */
	boolean isArmed() {
		return this.meanwhile != null;
	}

	/** How often the clock is read by this work. */
	int readsOf(Runnable work) {
		int before = this.reads;
		work.run();
		return this.reads - before;
	}

	@Override
	public long nanoTime() {
		this.reads++;
		Runnable meanwhile = this.meanwhile;
		if (meanwhile != null && --this.until <= 0) {
			this.meanwhile = null;
			meanwhile.run();
		}
		return this.time.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		return this.time.schedule(task, delayNanos);
	}

	void advance(Duration duration) {
		this.time.advance(duration);
	}

}
