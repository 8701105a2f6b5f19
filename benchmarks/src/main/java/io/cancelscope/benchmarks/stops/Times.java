package io.cancelscope.benchmarks.stops;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When each repetition began, and when what belongs to it was over.
 */
final class Times {

	private final AtomicLongArray starts;

	private final Map<What, AtomicLongArray> ends = new EnumMap<>(What.class);

	Times(int repetitions) {
		this.starts = new AtomicLongArray(repetitions);
		for (What what : What.values()) {
			this.ends.put(what, new AtomicLongArray(repetitions));
		}
	}

	int repetitions() {
		return this.starts.length();
	}

	/** The last call counts. */
	void start(int id) {
		this.starts.set(id, System.nanoTime());
	}

	void over(What what, int id) {
		this.ends.get(what).set(id, System.nanoTime());
	}

	boolean isOver(What what, int id) {
		return this.ends.get(what).get(id) != 0;
	}

	double millis(What what, int id) {
		return (this.ends.get(what).get(id) - this.starts.get(id)) / 1e6;
	}

	/** What is looked at. */
	enum What {

		/** The caller goes on, with a result or an exception. */
		ANSWER,

		/** Nothing of it goes on. */
		GONE

	}

}
