package io.cancelscope.benchmarks.stops;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.cancelscope.benchmarks.report.Figures;
import org.jspecify.annotations.Nullable;

/**
 * The table in Markdown, and the sentences that follow from it.
 */
final class Matrix {

	/** What is no more apart than that counts as equal. */
	private static final double EQUAL = 3;

	private final Figures figures;

	private final List<Row> rows;

	private final List<Contender> contenders;

	Matrix(Figures figures) {
		this.figures = figures;
		this.rows = Row.all();
		this.contenders = Stream.of(Contender.values())
			.filter((contender) -> this.rows.stream().anyMatch((row) -> row.millis(figures, contender) != null))
			.toList();
	}

	List<Contender> contenders() {
		return this.contenders;
	}

	List<Row> rows() {
		return this.rows;
	}

	List<String> table() {
		List<String> lines = new ArrayList<>();
		lines.add("| |" + this.contenders.stream().map(Matrix::heading).collect(Collectors.joining("|")) + "|");
		lines.add("|---|" + "---|".repeat(this.contenders.size()));
		this.rows.forEach((row) -> lines.add(line(row)));
		lines.add(committedLine());
		return lines;
	}

	private static String heading(Contender contender) {
		String both = contender.library() + (contender.what().isEmpty() ? "" : "<br>" + contender.what());
		return contender.isOurs() ? " **" + both + "** " : " " + both + " ";
	}

	private String line(Row row) {
		double best = this.contenders.stream()
			.map((contender) -> row.millis(this.figures, contender))
			.filter(Objects::nonNull)
			.mapToDouble(Double::doubleValue)
			.min()
			.orElse(Double.MAX_VALUE);
		return "| " + row.label() + " | "
				+ this.contenders.stream()
					.map((contender) -> cell(row, contender, best))
					.collect(Collectors.joining(" | "))
				+ " |";
	}

	private String cell(Row row, Contender contender, double best) {
		Double millis = row.millis(this.figures, contender);
		Note note = row.note(contender);
		String mark = (note != null) ? note.mark() : "";
		if (millis == null) {
			return mark;
		}
		if (row.kind().isNatural(millis)) {
			return "not stopped (" + shown(millis) + ")" + mark;
		}
		return ((millis <= best + EQUAL) ? "**" + shown(millis) + "**" : shown(millis)) + mark;
	}

	static String shown(double millis) {
		return String.format(Locale.ROOT, "%,.0f", millis);
	}

	private String committedLine() {
		return "| Late transaction: committed | " + this.contenders.stream().map((contender) -> {
			List<Double> committed = committed(contender);
			long count = committed.stream().filter((one) -> one > 0).count();
			String shown = count + " of " + committed.size();
			return committed.isEmpty() ? "" : (count == 0) ? "**" + shown + "**" : shown;
		}).collect(Collectors.joining(" | ")) + " |";
	}

	private List<Double> committed(Contender contender) {
		String name = Kind.TRANSACTION.id() + "committed/" + contender.id();
		return this.figures.has(name) ? this.figures.get(name).rounds() : List.of();
	}

	/** In the order of their marks; only those of cells that are there. */
	List<String> notes() {
		Set<Note> used = EnumSet.noneOf(Note.class);
		for (Row row : this.rows) {
			this.contenders.stream().map(row::note).filter(Objects::nonNull).forEach(used::add);
		}
		return used.stream().map((note) -> "- " + note.mark() + " " + note.text()).toList();
	}

	/** A line for each row in which another one is sooner than ours. */
	List<String> soonerThanOurs() {
		List<String> lines = new ArrayList<>();
		for (Row row : this.rows) {
			Double ours = row.millis(this.figures, Contender.CANCEL_SCOPE);
			String sooner = (ours != null) ? this.contenders.stream()
				.filter((contender) -> isSooner(row, row.millis(this.figures, contender), ours))
				.map((contender) -> contender.label() + " "
						+ shown(Objects.requireNonNull(row.millis(this.figures, contender))))
				.collect(Collectors.joining(", ")) : "";
			if (!sooner.isEmpty()) {
				lines.add("- " + row.label() + ": " + sooner + "; cancel-scope "
						+ (row.kind().isNatural(ours) ? "not stopped" : shown(ours)) + ".");
			}
		}
		return lines;
	}

	/** Which of two comes to its own end sooner says nothing. */
	private static boolean isSooner(Row row, @Nullable Double millis, double ours) {
		return millis != null && millis < ours - EQUAL && !row.kind().isNatural(millis);
	}

}
