package io.cancelscope.benchmarks.report;

import java.util.Locale;

/**
 * Numbers as people read them: three digits that count, and no more.
 */
public final class Numbers {

	private Numbers() {
	}

	/**
	 * Returns a number for people.
	 * @param value the number
	 * @return its digits
	 */
	public static String shown(double value) {
		double size = Math.abs(value);
		String format = (size >= 100) ? "%,.0f" : (size >= 10) ? "%.1f" : (size >= 0.1 || size == 0) ? "%.2f" : "%.4f";
		return String.format(Locale.ROOT, format, value);
	}

	static String exact(double value) {
		return String.format(Locale.ROOT, "%.4f", value);
	}

}
