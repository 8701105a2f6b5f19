package io.cancelscope.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares two runs, row by row: by how much their medians differ.
 */
public final class Agreement {

	/** The larger one, beside the smaller one. */
	private static final double MOST = 1.2;

	private Agreement() {
	}

	/**
	 * Prints how many rows of two runs agree within a fifth, and the others.
	 * @param args the directories with the figures of the runs
	 * @throws IOException if these cannot be read
	 */
	public static void main(String... args) throws IOException {
		lines(Figures.of(Path.of(args[0])), Figures.of(Path.of(args[1]))).forEach(System.out::println);
	}

	static List<String> lines(Figures one, Figures other) {
		List<String> lines = new ArrayList<>();
		int both = 0;
		for (Figure figure : one.all()) {
			if (!other.has(figure.name())) {
				continue;
			}
			both++;
			double first = figure.median();
			double second = other.get(figure.name()).median();
			if (Math.max(first, second) > MOST * Math.min(first, second)) {
				lines.add("%s: %s and %s %s".formatted(figure.name(), Numbers.shown(first), Numbers.shown(second),
						figure.unit()));
			}
		}
		lines.add(0, "%d of %d rows agree within a fifth".formatted(both - lines.size(), both));
		return lines;
	}

}
