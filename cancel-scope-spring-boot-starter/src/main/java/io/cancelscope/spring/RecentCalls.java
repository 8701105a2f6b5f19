package io.cancelscope.spring;

import java.util.Arrays;

/**
 * How long the last calls took, and their median. Not thread-safe.
 */
final class RecentCalls {

	static final int MOST = 64;

	static final int LEAST = 20;

	static final long AGE_NANOS = 60_000_000_000L;

	/** Sums of fractions are not exact. */
	private static final double HALF = 0.5 + 1e-9;

	/** Twice the nanoseconds, and one more for a call that was stopped then. */
	private final long[] took = new long[MOST];

	private final long[] ended = new long[MOST];

	private int next;

	private int size;

	void add(long now, long nanos, boolean stopped) {
		this.took[this.next] = 2 * nanos + (stopped ? 1 : 0);
		this.ended[this.next] = now;
		this.next = (this.next + 1) % MOST;
		this.size = Math.min(this.size + 1, MOST);
	}

	/**
	 * Returns the median of the calls that are not too old, as Kaplan and Meier estimate
	 * it: a call that was stopped takes longer than that, but not infinitely long. So it
	 * counts with those that took as long or longer.
	 * @return nanoseconds, or zero if there are too few calls. Where most calls were
	 * stopped, one more than the longest of them
	 */
	long median(long now) {
		long[] recent = new long[this.size];
		int count = 0;
		for (int i = 0; i < this.size; i++) {
			if (now - this.ended[i] <= AGE_NANOS) {
				recent[count++] = this.took[i];
			}
		}
		return (count < LEAST) ? 0 : median(recent, count);
	}

	private static long median(long[] recent, int count) {
		Arrays.sort(recent, 0, count);
		double longer = 1;
		for (int i = 0; i < count; i++) {
			boolean stopped = (recent[i] & 1) == 1;
			if (!stopped) {
				longer *= 1 - 1.0 / (count - i);
				if (longer <= HALF) {
					return Math.max(1, recent[i] / 2);
				}
			}
		}
		return recent[count - 1] / 2 + 1;
	}

}
