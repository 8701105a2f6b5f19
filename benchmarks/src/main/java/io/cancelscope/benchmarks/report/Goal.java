package io.cancelscope.benchmarks.report;

import java.util.List;

/**
 * What a figure is to be at most.
 *
 * @param what what is measured
 * @param bound the most it may be
 * @param unit of what, as in "1.3 L"
 * @param measured where to find it
 */
record Goal(String what, double bound, String unit, Measured measured) {

	double value(Figures figures) {
		List<Double> rounds = this.measured.in(figures);
		return Figure.median(rounds);
	}

	boolean isMet(Figures figures) {
		return value(figures) <= this.bound;
	}

	/** As a line of a Markdown table. */
	String line(Figures figures) {
		return "| " + this.what + " | ≤ " + shown(this.bound) + " | " + shown(value(figures)) + " | "
				+ this.measured.from(figures) + " | " + (isMet(figures) ? "met" : "**missed**") + " |";
	}

	private String shown(double value) {
		boolean whole = value == Math.rint(value) && Math.abs(value) < 1e6;
		return ((whole) ? Long.toString(Math.round(value)) : Numbers.shown(value)) + " " + this.unit;
	}

}
