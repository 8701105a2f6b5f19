package io.cancelscope.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the tables and the charts of a run.
 */
public final class Report {

	private static final String LIMITS = " L: two `nanoTime`, and a thread-local read, set, and set back."
			+ " T: the same without the clock.";

	private Report() {
	}

	/**
	 * Writes {@code <name>.md} and {@code <name>-….svg}.
	 * @param args the directory with the figures of the run, the directory to write to,
	 * the name, and a line about where and how it ran
	 * @throws IOException if that is not possible
	 */
	public static void main(String... args) throws IOException {
		Figures figures = Figures.of(Path.of(args[0]));
		Path directory = Path.of(args[1]);
		String name = args[2];
		List<String> lines = new ArrayList<>(List.of("# " + name, "", args[3], ""));
		for (Named chart : charts(figures)) {
			String file = name + "-" + chart.name + ".svg";
			Files.writeString(directory.resolve(file), chart.chart.svg());
			lines.addAll(List.of("![" + chart.chart.title() + "](" + file + ")", ""));
		}
		addGoals(figures, lines);
		addParts(figures, lines);
		Loads.add(figures, lines);
		addFigures(figures, lines);
		Files.write(directory.resolve(name + ".md"), lines);
	}

	private static List<Named> charts(Figures figures) {
		Named open = new Named("open", new Chart("A budget around one question, opened and closed (ns, logarithmic)"));
		open.add(figures, "cancel-scope", "CancelScopeOpen.deadline1", true);
		open.add(figures, "gRPC Context", "PeersOpen.grpcDeadline1", false);
		open.add(figures, "SmallRye Timeout", "PeersOpen.smallRye", false);
		open.add(figures, "Failsafe Timeout", "PeersOpen.failsafe", false);
		open.add(figures, "Reactor timeout", "PeersOpen.reactor", false);
		open.add(figures, "Resilience4j TimeLimiter", "PeersOpen.resilience4j", false);
		open.add(figures, "clock and thread-local alone (L)", "Limits.bareScope", false);
		Named start = new Named("startup", new Chart("An application of 500 plain beans, started and ended (ms)"));
		start.add(figures, "no AOP at all", "StartUp.none", false);
		start.add(figures, "cancel-scope's starter", "StartUp.starter", true);
		start.add(figures, "a plain advising post-processor", "StartUp.advising", false);
		start.add(figures, "an @Aspect", "StartUp.aspect", false);
		Named stop = new Named("stop", new Chart("After the deadline, 99 % of the requests (ms, logarithmic)"));
		Loads.STOPPED.forEach((what, label) -> Loads.SUBJECTS.forEach((subject, shown) -> stop.add(figures,
				label + ": " + shown, "Stop." + what + "/" + subject + ".p99", subject.equals("cancel-scope"))));
		Named goodput = new Named("goodput", new Chart("Answers in time at twice the capacity (1/s)", true));
		Loads.SUBJECTS.forEach((subject, shown) -> goodput.add(figures, shown, "Overload.goodput/x2/" + subject,
				subject.equals("cancel-scope")));
		return Stream.of(open, start, stop, goodput).filter((named) -> named.chart.isWorthDrawing()).toList();
	}

	private static void addGoals(Figures figures, List<String> lines) {
		List<Goal> goals = Goals.all().stream().filter((goal) -> goal.measured().isIn(figures)).toList();
		if (goals.isEmpty()) {
			return;
		}
		long met = goals.stream().filter((goal) -> goal.isMet(figures)).count();
		lines.addAll(List.of("## Goals", "",
				met + " of " + goals.size() + " met." + ((figures.has("Limits.bareScope")) ? LIMITS : ""), "",
				"| | goal | measured | from (medians) | |", "|---|---|---|---|---|"));
		goals.forEach((goal) -> lines.add(goal.line(figures)));
		lines.add("");
	}

	private static void addParts(Figures figures, List<String> lines) {
		List<Parts> all = Parts.all().stream().filter((parts) -> parts.isIn(figures)).toList();
		if (!all.isEmpty()) {
			lines.addAll(List.of("## What some of them consist of", "",
					"Differences of figures of this run, median of the rounds; those of single figures don't add up to"
							+ " the last digit.",
					"", "| | |", "|---|---|"));
			all.forEach((parts) -> lines.addAll(parts.lines(figures)));
			lines.add("");
		}
	}

	private static void addFigures(Figures figures, List<String> lines) {
		lines.addAll(List.of("## All figures", "", "| | median | least | most | rounds |", "|---|---|---|---|---|"));
		for (Figure figure : figures.all()) {
			lines.add("| " + figure.name() + " | " + Numbers.shown(figure.median()) + " " + figure.unit() + " | "
					+ Numbers.shown(figure.least()) + " | " + Numbers.shown(figure.most()) + " | "
					+ figure.rounds().size() + " |");
		}
	}

	private record Named(String name, Chart chart) {

		void add(Figures figures, String label, String figure, boolean ours) {
			if (figures.has(figure)) {
				this.chart.add(label, figures.get(figure), ours);
			}
		}

	}

}
