package io.cancelscope.benchmarks.stops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.cancelscope.benchmarks.report.Figure;
import io.cancelscope.benchmarks.report.Figures;
import io.cancelscope.benchmarks.report.Numbers;

/**
 * Makes the table and the chart.
 */
public final class StopsReport {

	private static final List<String> INTRODUCTION = List.of(
			"This page compares ways to keep work within a time budget: how soon the caller continues, and how soon"
					+ " the work really ends. These are two figures, because a timeout that releases the caller often"
					+ " leaves the work running.",
			"",
			"All contenders run the same application: Tomcat, `JdbcTemplate` with PostgreSQL, `RestClient`, `@Async`."
					+ " Each runs in a separate JVM, and only the last column has cancel-scope on its class path. The"
					+ " budget is 300 ms. Work that is not stopped takes 1,500 ms.",
			"",
			"Figures are medians in milliseconds, counted from the call, or from the disconnect of the client."
					+ " **Bold** is the lowest figure of the row, and each figure at most 3 ms above it. *Not stopped* means that the work ran to its normal end.",
			"");

	private static final List<String> SETTINGS = List.of("## How each contender is set up", "",
			"- **Own timeouts**: the read timeout of HTTP clients (300 ms), the query timeout and the transaction"
					+ " timeout (1 s), `Future.get` and `invokeAll` with 300 ms. The other columns have none of these.",
			"- **JDK `orTimeout`**: `CompletableFuture.supplyAsync(work, pool).orTimeout(300 ms)`.",
			"- **Resilience4j, `CompletableFuture`**: `TimeLimiter` with `cancelRunningFuture`, as in its documentation"
					+ " and as its annotation requires.",
			"- **Resilience4j, `Future` of a pool**: the same with `pool.submit`. Cancelling that future interrupts its"
					+ " thread.",
			"- **Failsafe**: `Timeout` with `withInterrupt`. Code to abandon runs by `getAsync`.",
			"- **SmallRye**: `TypedGuard` with a timeout, standalone. Code to abandon runs with `withThreadOffload`.",
			"- **Spring 7**: `RetryTemplate` with a timeout, as `@Retryable` has it. The timeout is checked between two"
					+ " attempts. `@ConcurrencyLimit` has no timeout, so it has no column.",
			"- **gRPC**: a `Context` with a deadline around the work, without a gRPC call. The code checks it, and"
					+ " tasks are wrapped.",
			"- **cancel-scope**: the starter, a scope with a timeout around the work, and `trust-headers=always` for"
					+ " the deadline of the caller.",
			"",
			"Three tasks: `TaskGroup` for cancel-scope, one cancellable `Context` for gRPC, and `invokeAll` for the own"
					+ " timeouts and the second form of Resilience4j. The others run the tasks by `CompletableFuture`:"
					+ " each task has its budget with Failsafe and SmallRye, and all of them share one otherwise.",
			"");

	private static final List<String> COSTS = List.of("## What is not measured here", "",
			"- What a budget costs when the work ends in time: see `CancelScopeOpen` and `PeersOpen` in"
					+ " [the table of operations](jdk17-full.md).",
			"- WebFlux, and clients that disconnect over HTTP/2.", "");

	private StopsReport() {
	}

	/**
	 * Writes {@code <name>.md} and {@code <name>.svg}.
	 * @param args the directory with what was found, the directory to write to, the name,
	 * and a line about where and how it ran
	 * @throws IOException if that is not possible
	 */
	public static void main(String... args) throws IOException {
		Path found = Path.of(args[0]);
		Figures figures = Figures.of(found);
		Matrix matrix = new Matrix(figures);
		Files.writeString(Path.of(args[1], args[2] + ".svg"), new Grid(figures, matrix).svg());
		Files.write(Path.of(args[1], args[2] + ".md"), lines(args[2], args[3], figures, matrix, found));
	}

	static List<String> lines(String name, String where, Figures figures, Matrix matrix, Path found)
			throws IOException {
		List<String> lines = new ArrayList<>(List.of("# What stops, and when", "", where, ""));
		lines.addAll(INTRODUCTION);
		lines.addAll(List.of("![What stops, and when](" + name + ".svg)", ""));
		lines.addAll(matrix.table());
		lines.add("");
		lines.addAll(matrix.notes());
		lines.addAll(List.of("", "## Where another contender is faster than cancel-scope", "",
				"Rows with a difference of more than 3 ms:", ""));
		List<String> sooner = matrix.soonerThanOurs();
		lines.addAll(sooner.isEmpty() ? List.of("- None in this run.") : sooner);
		lines.addAll(List.of("", "## Which exception the caller receives", "",
				"The exception of the nested budgets. The budget that expires is that of `Trips.plan`.", "",
				"| | exception |", "|---|---|"));
		for (Contender contender : matrix.contenders()) {
			lines.add("| " + contender.label() + " | " + message(found, contender) + " |");
		}
		lines.add("");
		lines.addAll(SETTINGS);
		lines.addAll(COSTS);
		addFigures(figures, lines);
		return lines;
	}

	private static String message(Path found, Contender contender) throws IOException {
		Path file = found.resolve(contender.id() + ".messages");
		Optional<String> message = Files.exists(file) ? Files.readAllLines(file)
			.stream()
			.map((line) -> line.split("\t", 2))
			.filter((parts) -> parts[0].equals(Kind.NESTED.name()))
			.map((parts) -> parts[1])
			.findFirst() : Optional.empty();
		return message.filter((text) -> !text.equals("null"))
			.map((text) -> "`" + text.replace("|", "\\|") + "`")
			.orElse("none, the call returns its result");
	}

	private static void addFigures(Figures figures, List<String> lines) {
		lines.addAll(
				List.of("## All figures", "", "| | median | least | most | repetitions |", "|---|---|---|---|---|"));
		for (Figure figure : figures.all()) {
			if (figure.unit().equals("ms")) {
				lines.add("| " + figure.name() + " | " + Numbers.shown(figure.median()) + " ms | "
						+ Numbers.shown(figure.least()) + " | " + Numbers.shown(figure.most()) + " | "
						+ figure.rounds().size() + " |");
			}
		}
	}

}
