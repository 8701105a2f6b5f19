package io.cancelscope.spring.budget;

import java.util.concurrent.atomic.LongAdder;

import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one name that ended within one part of the window. Many threads add, and
 * others read; who reads may see a call in one figure and not yet in the next.
 * <p>
 * How much of its budget a call has used follows from how long it took, where all calls
 * have the same budget, as most names do. So a call with the budget of the first one is
 * written down once, and others twice.
 */
final class Calls {

	/** In microseconds. Longer calls count as an hour. */
	private static final long LONGEST = 3_600_000_000L;

	/** In thousandths of the budget. What uses more counts as this. */
	private static final long MOST = 100_000;

	/** Of a value: within a hundredth of it. */
	private static final int DIGITS = 2;

	private static final long UNKNOWN = -1;

	/** The part of the window that this is of. */
	final long part;

	private final AtomicHistogram durations = new AtomicHistogram(LONGEST, DIGITS);

	/** Of the calls in {@link #durations}: in nanoseconds, zero for none. */
	private volatile long usualBudget = UNKNOWN;

	/** Those with other budgets; null as long as there are none. */
	private volatile @Nullable Others others;

	private final LongAdder stopped = new LongAdder();

	private final LongAdder ended = new LongAdder();

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
		long micros = Math.min(nanos / 1_000, LONGEST);
		if (isUsual(budgetNanos)) {
			this.durations.recordValue(micros);
		}
		else {
			others().add(micros, budgetNanos);
		}
	}

	private boolean isUsual(long budgetNanos) {
		long usual = this.usualBudget;
		return budgetNanos == ((usual != UNKNOWN) ? usual : decideOn(budgetNanos));
	}

	/** Several calls may be the first: one of them decides. */
	private synchronized long decideOn(long budgetNanos) {
		if (this.usualBudget == UNKNOWN) {
			this.usualBudget = budgetNanos;
		}
		return this.usualBudget;
	}

	private Others others() {
		Others known = this.others;
		return (known != null) ? known : makeOthers();
	}

	private synchronized Others makeOthers() {
		Others known = this.others;
		if (known == null) {
			known = new Others();
			this.others = known;
		}
		return known;
	}

	/** Adds one that the deadline ended. */
	void stopped() {
		this.stopped.increment();
	}

	/** Adds one that failed, or was cancelled by somebody. */
	void other() {
		this.ended.increment();
	}

	void addTo(Sum sum) {
		long usual = this.usualBudget;
		Histogram usually = new Histogram(LONGEST, DIGITS);
		usually.add(this.durations); // which nobody may iterate over while threads add
		sum.durations.add(usually);
		if (usual > 0) {
			for (HistogramIterationValue value : usually.recordedValues()) {
				sum.shares.recordValueWithCount(share(value.getValueIteratedTo(), usual),
						value.getCountAddedInThisIterationStep());
			}
		}
		Others others = this.others;
		if (others != null) {
			sum.durations.add(others.durations);
			sum.shares.add(others.shares);
		}
		sum.stopped += this.stopped.sum();
		sum.others += this.ended.sum();
		sum.longestBudget = Math.max(sum.longestBudget, this.longestBudget);
	}

	/** As floating point: the product of two durations does not fit into a long. */
	private static long share(long micros, long budgetNanos) {
		return (long) Math.min(1_000_000.0 * micros / budgetNanos, MOST);
	}

	/**
	 * Calls whose budget is not that of the first one.
	 */
	private static final class Others {

		final AtomicHistogram durations = new AtomicHistogram(LONGEST, DIGITS);

		final AtomicHistogram shares = new AtomicHistogram(MOST, DIGITS);

		void add(long micros, long budgetNanos) {
			this.durations.recordValue(micros);
			if (budgetNanos > 0) {
				this.shares.recordValue(share(micros, budgetNanos));
			}
		}

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
