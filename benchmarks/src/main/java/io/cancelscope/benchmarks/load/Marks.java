package io.cancelscope.benchmarks.load;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * When each request's time was up, and when what it had begun was over.
 */
final class Marks {

	private final AtomicLongArray due;

	private final AtomicLongArray[] over = new AtomicLongArray[What.values().length];

	private final AtomicIntegerArray threads;

	Marks(int requests) {
		this.due = new AtomicLongArray(requests);
		this.threads = new AtomicIntegerArray(requests);
		Arrays.setAll(this.over, (i) -> new AtomicLongArray(requests));
	}

	void due(int id, long nanoTime) {
		this.due.set(id, nanoTime);
	}

	void over(What what, int id, long nanoTime) {
		this.over[what.ordinal()].set(id, nanoTime);
	}

	/** The third is the last. */
	void threadIsBack(int id) {
		if (this.threads.incrementAndGet(id) == 3) {
			over(What.THREADS, id, System.nanoTime());
		}
	}

	boolean isOver(What what, int id) {
		return this.over[what.ordinal()].get(id) != 0;
	}

	/** Milliseconds after the time was up, sorted; of those that were seen. */
	double[] late(What what, int from) {
		AtomicLongArray times = this.over[what.ordinal()];
		return IntStream.range(from, times.length())
			.filter((id) -> isOver(what, id))
			.mapToDouble((id) -> (times.get(id) - this.due.get(id)) / 1e6)
			.sorted()
			.toArray();
	}

	/** What is looked at. */
	enum What {

		/** A timer that does nothing has fired: what the machine can do at best. */
		TIMER,

		/** The client has its answer. */
		ANSWER,

		/** The peer sees its connection closed, or has answered, for nobody. */
		CONNECTION,

		/** The database reports the query no more. */
		QUERY,

		/** The last of the request's three threads is back in its pool. */
		THREADS

	}

}
