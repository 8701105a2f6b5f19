package io.cancelscope.demo.chain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * All runs, and what they come to.
 *
 * @param with those with cancel-scope
 * @param without those without
 */
record Results(Map<Cause, List<Run>> with, Map<Cause, List<Run>> without) {

	private static final String LINE = "  %-29s %8s %8s   %-22s %8s";

	/** Returns where work ended how long after the cause, one table for each cause. */
	List<String> table() {
		List<String> lines = new ArrayList<>();
		for (Cause cause : Cause.values()) {
			List<Run> with = runs(this.with, cause);
			List<Run> without = runs(this.without, cause);
			lines.add("");
			lines.add(cause.label() + ". Then work goes on for nobody, in " + with.size() + " runs:");
			lines.add("");
			lines.add(line("", "with", "", "", "without"));
			lines.add(line("where", "median", "worst", "cancelled by", "median"));
			for (Place place : Place.values()) {
				lines.add(line(place.label(), with, without, (run) -> run.wasted(place), kind(with, place)));
			}
			lines.add(line("all three services idle", with, without, Run::wasted, ""));
		}
		return lines;
	}

	private static String line(String where, List<Run> with, List<Run> without, ToDoubleFunction<Run> wasted,
			String kind) {
		return line(where, millis(median(with, wasted)), millis(worst(with, wasted)), kind,
				millis(median(without, wasted)));
	}

	private static String line(String where, String median, String worst, String kind, String without) {
		return String.format(Locale.ROOT, LINE, where, median, worst, kind, without).stripTrailing();
	}

	private static String kind(List<Run> runs, Place place) {
		return String.join(", ",
				runs.stream().map((run) -> run.kind(place)).filter(Objects::nonNull).distinct().sorted().toList());
	}

	/** Returns the last line, over both causes. */
	String summary() {
		List<Run> with = all(this.with);
		return String.format(Locale.ROOT,
				"chain: %d runs, all three idle after median %d ms, worst %d ms; without cancel-scope %d ms",
				runs(this.with, Cause.LEAVES).size(), Math.round(median(with, Run::wasted)),
				Math.round(worst(with, Run::wasted)), Math.round(median(all(this.without), Run::wasted)));
	}

	/** Returns a run that took as long as half of them took at most. */
	static Run typical(List<Run> runs) {
		return runs.stream().sorted(Comparator.comparingDouble(Run::wasted)).toList().get((runs.size() - 1) / 2);
	}

	static List<Run> runs(Map<Cause, List<Run>> runs, Cause cause) {
		return Objects.requireNonNull(runs.get(cause));
	}

	private static List<Run> all(Map<Cause, List<Run>> runs) {
		return runs.values().stream().flatMap(Collection::stream).toList();
	}

	private static double median(List<Run> runs, ToDoubleFunction<Run> wasted) {
		double[] sorted = runs.stream().mapToDouble(wasted).sorted().toArray();
		int half = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
	}

	private static double worst(List<Run> runs, ToDoubleFunction<Run> wasted) {
		return Arrays.stream(runs.stream().mapToDouble(wasted).toArray()).max().orElse(0);
	}

	static String millis(double millis) {
		return (millis < 10) ? String.format(Locale.ROOT, "%.1f ms", millis) : Math.round(millis) + " ms";
	}

}
