package io.cancelscope.benchmarks.micro;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Operations that take turns in one JVM, every few hundred microseconds. What else goes
 * on in the machine then falls on all of them alike, and most turns see nothing of it.
 */
final class Turns {

	private static final int OPERATIONS = 4096;

	private static final int TURNS = 1500;

	private static final long WARM_UP_NANOS = 400_000_000;

	private Turns() {
	}

	/**
	 * Lets each of them come so many times.
	 * @param all what to run, told how often in a turn
	 * @return nanoseconds for one operation, for each the turns from quick to slow
	 */
	static List<double[]> take(List<IntConsumer> all) {
		for (IntConsumer one : all) {
			long end = System.nanoTime() + WARM_UP_NANOS;
			while (System.nanoTime() - end < 0) {
				one.accept(OPERATIONS);
			}
		}
		System.gc(); // what lives on is old, as in an application that has run for a
						// while
		double[][] times = new double[all.size()][TURNS];
		for (int turn = 0; turn < TURNS; turn++) {
			for (int one = 0; one < times.length; one++) {
				long start = System.nanoTime();
				all.get(one).accept(OPERATIONS);
				times[one][turn] = (System.nanoTime() - start) / (double) OPERATIONS;
			}
		}
		for (double[] one : times) {
			Arrays.sort(one);
		}
		return List.of(times);
	}

	static double median(double[] sorted) {
		return sorted[sorted.length / 2];
	}

	/** What most of the noise leaves alone. */
	static double quick(double[] sorted) {
		return sorted[sorted.length / 10];
	}

}
