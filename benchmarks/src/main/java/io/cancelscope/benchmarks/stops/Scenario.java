package io.cancelscope.benchmarks.stops;

import io.cancelscope.benchmarks.report.Figures;

/**
 * Something that does not end by itself in time, repeated.
 */
interface Scenario extends AutoCloseable {

	/**
	 * Does it once, on a thread of its caller. Returns or throws when the caller goes on.
	 */
	void run(int id) throws Exception;

	/** Adds what there is besides times. */
	default void addTo(Figures figures, String prefix, String suffix, int from) throws Exception {
	}

	@Override
	default void close() throws Exception {
	}

	/** How to get ready for it. */
	interface Opening {

		Scenario open(Stage stage) throws Exception;

	}

}
