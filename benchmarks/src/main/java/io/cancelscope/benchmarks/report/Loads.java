package io.cancelscope.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of the load experiments.
 */
final class Loads {

	/** Of each subject, as the names of figures end. */
	static final Map<String, String> SUBJECTS = subjects();

	/** What is over at some time, as the names of figures begin. */
	static final Map<String, String> STOPPED = stopped();

	/** What the methods of mixed work require, as the names of figures end. */
	private static final Map<String, String> REQUIRED = required();

	private Loads() {
	}

	private static Map<String, String> subjects() {
		Map<String, String> subjects = new LinkedHashMap<>();
		subjects.put("cancel-scope", "cancel-scope");
		subjects.put("boot", "Spring Boot's timeouts");
		subjects.put("invoke-all", "the same, and invokeAll");
		subjects.put("short-queue", "the same, short wait for the pool");
		subjects.put("time-limiter", "Resilience4j TimeLimiter");
		return subjects;
	}

	private static Map<String, String> required() {
		Map<String, String> required = new LinkedHashMap<>();
		required.put("auto", "`requires = \"auto\"`");
		required.put("one-name", "the same, one name for all work");
		required.put("none", "the same budgets alone");
		return required;
	}

	private static Map<String, String> stopped() {
		Map<String, String> stopped = new LinkedHashMap<>();
		stopped.put("connection", "connection closed");
		stopped.put("query", "query gone");
		stopped.put("threads", "threads back");
		return stopped;
	}

	static void add(Figures figures, List<String> lines) {
		if (figures.has("Stop.threads/cancel-scope.p99")) {
			lines.addAll(List.of("## How soon it is over", "",
					"Milliseconds after the deadline; load of the machine " + shown(figures, "Stop.load-average") + ".",
					"", "| | | median | 90 % | 99 % | worst |", "|---|---|---|---|---|---|"));
			addStop(figures, lines, "timer", "a bare timer fires: the least there is");
			addStop(figures, lines, "answer", "the client has its answer");
			addStop(figures, lines, "connection", "the peer sees its connection closed");
			addStop(figures, lines, "query", "the database reports the query gone");
			addStop(figures, lines, "threads", "the last thread is back in its pool");
			lines.add("");
		}
		if (figures.has("Overload.goodput/x2/cancel-scope")) {
			lines.addAll(List.of("## Too many clients", "",
					"Capacity " + shown(figures, "Overload.capacity") + " 1/s; load of the machine "
							+ shown(figures, "Overload.load-average") + ".",
					"", "| | | 0.5 × capacity | 1 × | 2 × | 4 × |", "|---|---|---|---|---|---|"));
			addOverload(figures, lines, "offered", "requests, 1/s");
			addOverload(figures, lines, "goodput", "**answers in time**, 1/s");
			addOverload(figures, lines, "database-late", "database, after the client was gone, ms/s");
			addOverload(figures, lines, "database-in-vain", "database, for requests without an answer in time, ms/s");
			addOverload(figures, lines, "database", "database, all, ms/s");
			addOverload(figures, lines, "cpu-late", "processor, after the client was gone, ms/s");
			addOverload(figures, lines, "cpu", "processor, all, ms/s");
			addOverload(figures, lines, "stall", "longest stall of the machine meanwhile, ms");
			lines.add("");
		}
		if (figures.has("Mixed.goodput/x2/auto")) {
			addMixed(figures, lines);
		}
	}

	/** Mixed work, by what its methods require. */
	private static void addMixed(Figures figures, List<String> lines) {
		lines.addAll(List.of("## Work that no longer fits", "",
				"80 % of the requests take 20 ms, 20 % take 200 ms, and four are served at a time. Capacity "
						+ shown(figures, "Mixed.capacity") + " 1/s; load of the machine "
						+ shown(figures, "Mixed.load-average") + ".",
				"", "| | | 0.5 × capacity | 1 × | 2 × | 4 × |", "|---|---|---|---|---|---|"));
		addMixed(figures, lines, "offered", "requests, 1/s");
		addMixed(figures, lines, "goodput", "**answers in time**, 1/s");
		addMixed(figures, lines, "long", "of those after 200 ms of work, 1/s");
		addMixed(figures, lines, "work", "work for answers in time, of 4 places");
		addMixed(figures, lines, "refused", "refused, %");
		addMixed(figures, lines, "stall", "longest stall of the machine meanwhile, ms");
		lines.add("");
	}

	private static void addMixed(Figures figures, List<String> lines, String what, String label) {
		REQUIRED.forEach((required, shown) -> {
			List<String> cells = new ArrayList<>(List.of(label, shown));
			for (String load : List.of("x0.5", "x1", "x2", "x4")) {
				cells.add(shown(figures, "Mixed." + what + "/" + load + "/" + required));
			}
			lines.add("| " + String.join(" | ", cells) + " |");
		});
	}

	private static void addStop(Figures figures, List<String> lines, String what, String label) {
		addRows(figures, lines, label, List.of("p50", "p90", "p99", "max"),
				(subject, column) -> "Stop." + what + "/" + subject + "." + column);
	}

	private static void addOverload(Figures figures, List<String> lines, String what, String label) {
		addRows(figures, lines, label, List.of("x0.5", "x1", "x2", "x4"),
				(subject, column) -> "Overload." + what + "/" + column + "/" + subject);
	}

	private static void addRows(Figures figures, List<String> lines, String label, List<String> columns, Name name) {
		SUBJECTS.forEach((subject, shown) -> {
			if (figures.has(name.of(subject, columns.get(0)))) {
				List<String> cells = new ArrayList<>(List.of(label, shown));
				columns.forEach((column) -> cells.add(shown(figures, name.of(subject, column))));
				lines.add("| " + String.join(" | ", cells) + " |");
			}
		});
	}

	private static String shown(Figures figures, String name) {
		return Numbers.shown(figures.get(name).median());
	}

	/** Of a figure. */
	private interface Name {

		String of(String subject, String column);

	}

}
