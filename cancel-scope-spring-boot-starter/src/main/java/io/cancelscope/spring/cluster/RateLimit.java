package io.cancelscope.spring.cluster;

import java.util.concurrent.TimeUnit;

/**
 * Allows so many requests in a minute. They come back evenly over the minute.
 * Thread-safe.
 */
final class RateLimit {

	private static final double NANOS_PER_MINUTE = TimeUnit.MINUTES.toNanos(1);

	private final int perMinute;

	private double left;

	private long since;

	RateLimit(int perMinute, long now) {
		this.perMinute = perMinute;
		this.left = perMinute;
		this.since = now;
	}

	/** Takes one, if there is one. */
	synchronized boolean tryTake(long now) {
		this.left = Math.min(this.perMinute, this.left + (now - this.since) * this.perMinute / NANOS_PER_MINUTE);
		this.since = now;
		if (this.left < 1) {
			return false;
		}
		this.left--;
		return true;
	}

}
