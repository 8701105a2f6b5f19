package io.cancelscope.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * Something to read off the figures of a run: one of them, or how one relates to another
 * that was measured in the same rounds.
 */
interface Measured {

	/** Whether the run has what this needs. */
	boolean isIn(Figures figures);

	/** One value for each round. */
	List<Double> in(Figures figures);

	/** Where it comes from, for people. */
	String from(Figures figures);

	static Measured figure(String name) {
		return new Measured() {

			@Override
			public boolean isIn(Figures figures) {
				return figures.has(name);
			}

			@Override
			public List<Double> in(Figures figures) {
				return figures.get(name).rounds();
			}

			@Override
			public String from(Figures figures) {
				Figure figure = figures.get(name);
				return Numbers.shown(figure.median()) + " " + figure.unit();
			}

		};
	}

	/** So many times the other; the median of what that is in each round. */
	default Measured over(Measured other) {
		return with(other, " / ", (one, two) -> one / two);
	}

	/** By how much more. */
	default Measured minus(Measured other) {
		return with(other, " − ", (one, two) -> one - two);
	}

	private Measured with(Measured other, String sign, DoubleBinaryOperator operator) {
		Measured one = this;
		return new Measured() {

			@Override
			public boolean isIn(Figures figures) {
				return one.isIn(figures) && other.isIn(figures);
			}

			@Override
			public List<Double> in(Figures figures) {
				List<Double> ones = one.in(figures);
				List<Double> others = other.in(figures);
				List<Double> both = new ArrayList<>();
				for (int i = 0; i < Math.min(ones.size(), others.size()); i++) {
					both.add(operator.applyAsDouble(ones.get(i), others.get(i)));
				}
				return both;
			}

			@Override
			public String from(Figures figures) {
				String left = one.from(figures);
				return ((sign.equals(" / ") && left.contains(" − ")) ? "(" + left + ")" : left) + sign
						+ other.from(figures);
			}

		};
	}

}
