package io.cancelscope.benchmarks.report;

import java.util.Arrays;
import java.util.List;

/**
 * What was measured under one name, once in each round of a run.
 *
 * @param name what was measured
 * @param unit of what
 * @param rounds the values, in the order of the rounds
 */
public record Figure(String name, String unit, List<Double> rounds) {

	/**
	 * Creates one.
	 */
	public Figure {
		if (rounds.isEmpty()) {
			throw new IllegalArgumentException("'" + name + "' was measured in no round: measure it at least once.");
		}
		rounds = List.copyOf(rounds);
	}

	/**
	 * Returns the value in the middle.
	 * @return the median of the rounds
	 */
	public double median() {
		return median(this.rounds);
	}

	/**
	 * Returns the least value.
	 * @return that of one of the rounds
	 */
	public double least() {
		return this.rounds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
	}

	/**
	 * Returns the largest value.
	 * @return that of one of the rounds
	 */
	public double most() {
		return this.rounds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
	}

	static double median(List<Double> values) {
		double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
		Arrays.sort(sorted);
		int half = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
	}

}
