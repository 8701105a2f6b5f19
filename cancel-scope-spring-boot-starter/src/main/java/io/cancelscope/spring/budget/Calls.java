package io.cancelscope.spring.budget;

import java.util.concurrent.atomic.LongAdder;

import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * The calls of one name that ended within one part of the window. Many threads add, and
 * others read; who reads may see a call in one figure and not yet in the next.
 */
final class Calls {

	/** In microseconds. Longer calls count as an hour. */
	private static final long LONGEST = 3_600_000_000L;

	/** In thousandths of the budget. What uses more counts as this. */
	private static final long MOST = 100_000;

	/** Of a value: within a hundredth of it. */
	private static final int DIGITS = 2;

	/** The part of the window that this is of. */
	final long part;

	private final AtomicHistogram durations = new AtomicHistogram(LONGEST, DIGITS);

	private final AtomicHistogram shares = new AtomicHistogram(MOST, DIGITS);

	private final LongAdder stopped = new LongAdder();

	private final LongAdder others = new LongAdder();

	/**
	 * Plain: a thread may put back a shorter one, until the next call has a longer one.
	 */
	private long longestBudget;

	Calls(long part) {
		this.part = part;
	}

	/** Notes the budget of one that ends, zero for none. */
	void budget(long nanos) {
		if (nanos > this.longestBudget) {
			this.longestBudget = nanos;
		}
	}

	/** Adds one that ran to its end, in time or not. */
	void completed(long nanos, long budgetNanos) {
		this.durations.recordValue(Math.min(nanos / 1_000, LONGEST));
		if (budgetNanos > 0) {
			// As floating point: the product of two durations does not fit into a long.
			this.shares.recordValue((long) Math.min(1_000.0 * nanos / budgetNanos, MOST));
		}
	}

	/** Adds one that the deadline ended. */
	void stopped() {
		this.stopped.increment();
	}

	/** Adds one that failed, or was cancelled by somebody. */
	void other() {
		this.others.increment();
	}

	void addTo(Sum sum) {
		sum.durations.add(this.durations);
		sum.shares.add(this.shares);
		sum.stopped += this.stopped.sum();
		sum.others += this.others.sum();
		sum.longestBudget = Math.max(sum.longestBudget, this.longestBudget);
	}

	/**
	 * The calls of the whole window.
	 */
	static final class Sum {

		final Histogram durations = new Histogram(LONGEST, DIGITS);

		final Histogram shares = new Histogram(MOST, DIGITS);

		long stopped;

		long others;

		/** In nanoseconds, zero if no call had one. */
		long longestBudget;

		long completed() {
			return this.durations.getTotalCount();
		}

		long all() {
			return completed() + this.stopped + this.others;
		}

	}

}
