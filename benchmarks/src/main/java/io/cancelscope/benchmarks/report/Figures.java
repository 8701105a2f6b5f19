package io.cancelscope.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that was measured in one run. Kept in files of one line for each figure: name,
 * unit, and the value of each round, with tabs between them.
 */
public final class Figures {

	private final Map<String, Figure> byName = new TreeMap<>();

	/**
	 * Adds the value of one more round.
	 * @param name what was measured
	 * @param unit of what
	 * @param value the value
	 */
	public void add(String name, String unit, double value) {
		Figure before = this.byName.get(name);
		List<Double> rounds = new ArrayList<>((before != null) ? before.rounds() : List.of());
		rounds.add(value);
		this.byName.put(name, new Figure(name, unit, rounds));
	}

	/**
	 * Reads the files of a run.
	 * @param directory where they are
	 * @return all that was measured
	 * @throws IOException if that is not possible
	 */
	public static Figures of(Path directory) throws IOException {
		Figures figures = new Figures();
		try (Stream<Path> files = Files.list(directory)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".tsv")).sorted().toList()) {
				figures.read(file);
			}
		}
		return figures;
	}

	/**
	 * Returns whether something was measured.
	 * @param name what
	 * @return whether it was
	 */
	public boolean has(String name) {
		return this.byName.containsKey(name);
	}

	/**
	 * Returns what was measured.
	 * @param name what
	 * @return its values
	 */
	public Figure get(String name) {
		Figure found = this.byName.get(name);
		if (found == null) {
			throw new IllegalArgumentException("'" + name + "' was not measured; there are " + this.byName.keySet());
		}
		return found;
	}

	/**
	 * Returns everything that was measured.
	 * @return the figures in the order of their names
	 */
	public Collection<Figure> all() {
		return this.byName.values();
	}

	/**
	 * Writes them, in the order of their names.
	 * @param file where to
	 * @throws IOException if that is not possible
	 */
	public void write(Path file) throws IOException {
		List<String> lines = new ArrayList<>();
		for (Figure figure : all()) {
			lines.add(figure.name() + '\t' + figure.unit() + '\t'
					+ figure.rounds().stream().map(Numbers::exact).collect(Collectors.joining("\t")));
		}
		Files.write(file, lines);
	}

	/**
	 * Reads what was written, and adds it.
	 * @param file where from
	 * @throws IOException if that is not possible
	 */
	public void read(Path file) throws IOException {
		for (String line : Files.readAllLines(file)) {
			String[] parts = line.split("\t");
			List<Double> rounds = Arrays.stream(parts).skip(2).map(Double::valueOf).toList();
			this.byName.put(parts[0], new Figure(parts[0], parts[1], rounds));
		}
	}

}
