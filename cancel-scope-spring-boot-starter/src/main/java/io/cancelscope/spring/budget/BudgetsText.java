package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.Durations;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.budget.BudgetDescriptor.Percentiles;
import org.jspecify.annotations.Nullable;

/**
 * Budgets for people: as a table, and as properties.
 */
final class BudgetsText {

	private static final List<String> HEAD = List.of("NAME", "BUDGET", "FROM", "MODE", "CALLS", "P50", "P95", "P99",
			"MAX", "USED P99", "STOPPED", "REFUSED", "AT HALF", "AT BUDGET", "AT TWICE", "SUGGESTED");

	private static final String NOTHING = "-";

	private BudgetsText() {
	}

	static String table(BudgetsDescriptor budgets) {
		List<List<String>> rows = new ArrayList<>();
		rows.add(HEAD);
		budgets.budgets().forEach((budget) -> rows.add(row(budget)));
		int[] widths = new int[HEAD.size()];
		for (List<String> row : rows) {
			for (int i = 0; i < widths.length; i++) {
				widths[i] = Math.max(widths[i], row.get(i).length());
			}
		}
		StringBuilder table = new StringBuilder();
		for (List<String> row : rows) {
			StringBuilder line = new StringBuilder();
			for (int i = 0; i < widths.length; i++) {
				line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
			}
			table.append(line.toString().stripTrailing()).append('\n');
		}
		table.append("\nCalls of the last ").append(budgets.window()).append('.');
		if (budgets.change() != null) {
			table.append("\nAll names: ").append(text(budgets.change())).append('.');
		}
		budgets.hints().forEach((hint) -> table.append("\nNote: ").append(hint).append('.'));
		for (BudgetDescriptor budget : budgets.budgets()) {
			table.append('\n').append(budget.name()).append(": ").append(budget.suggestion().reason()).append('.');
			budget.hints().forEach((hint) -> table.append(" Note: ").append(hint).append('.'));
			if (budget.change() != null) {
				table.append(" Note: ").append(text(budget.change())).append('.');
			}
		}
		return table.append('\n').toString();
	}

	/** Such as: changed by alice to timeout=800ms, mode=observe until the next start. */
	private static String text(BudgetDescriptor.Change change) {
		List<String> values = new ArrayList<>();
		if (change.timeout() != null) {
			values.add("timeout=" + millis(change.timeout()));
		}
		if (change.mode() != null) {
			values.add("mode=" + change.mode());
		}
		return "changed" + ((change.by() != null) ? " by " + change.by() : " at run time") + " to "
				+ String.join(", ", values) + ", until "
				+ ((change.until() != null) ? change.until().toString() : "the next start")
				+ (change.nodes().equals("all") ? ", on all nodes" : "");
	}

	private static List<String> row(BudgetDescriptor budget) {
		BudgetDescriptor.InForce inForce = budget.budget();
		Percentiles duration = budget.duration();
		Percentiles used = budget.budgetUsed();
		BudgetDescriptor.WouldStop wouldStop = budget.wouldStop();
		return List.of(budget.name(), (inForce != null) ? millis(inForce.timeout()) : NOTHING,
				(inForce != null) ? inForce.source() : NOTHING, budget.mode(), number(budget.calls()),
				(duration != null) ? millis(duration.p50()) : NOTHING,
				(duration != null) ? millis(duration.p95()) : NOTHING,
				(duration != null) ? millis(duration.p99()) : NOTHING,
				(duration != null) ? millis(duration.max()) : NOTHING,
				(used != null) ? Suggestion.percent(used.p99()) : NOTHING, number(budget.stopped()),
				number(budget.refused()), (wouldStop != null) ? number(wouldStop.half()) : NOTHING,
				(wouldStop != null) ? number(wouldStop.same()) : NOTHING,
				(wouldStop != null) ? number(wouldStop.twice()) : NOTHING, millis(budget.suggestion().timeout()));
	}

	/**
	 * What is suggested, as {@code application.properties} has it. Names without a
	 * suggestion are comments.
	 */
	static String properties(BudgetsDescriptor budgets) {
		StringBuilder text = new StringBuilder();
		if (budgets.change() != null) {
			text.append("# All names: ").append(text(budgets.change())).append('\n');
		}
		for (BudgetDescriptor budget : budgets.budgets()) {
			if (budget.change() != null) {
				text.append("# ").append(budget.name()).append(": ").append(text(budget.change())).append('\n');
			}
			String reason = budget.suggestion().reason();
			Double timeout = budget.suggestion().timeout();
			if (timeout == null || budget.name().equals(BoundedNames.OTHERS)) {
				text.append("# ").append(budget.name()).append(": ").append(reason).append('\n');
			}
			else {
				text.append("# ").append(reason).append('\n');
				text.append(key(ScopeSettings.timeoutProperty(budget.name())))
					.append('=')
					.append(value(timeout))
					.append('\n');
			}
		}
		return text.toString();
	}

	/** In a properties file these end a key, unless they are escaped. */
	private static String key(String property) {
		return property.replace("\\", "\\\\").replace(" ", "\\ ").replace(":", "\\:").replace("=", "\\=");
	}

	/** Without a fraction, which a property may not have. */
	private static String value(double millis) {
		long whole = (long) Math.ceil(millis);
		return (whole % 1_000 == 0) ? whole / 1_000 + "s" : whole + "ms";
	}

	private static String number(long count) {
		return Suggestion.number(count);
	}

	/** More digits than these say nothing: what is measured is within a hundredth. */
	private static String millis(@Nullable Double millis) {
		if (millis == null) {
			return NOTHING;
		}
		long micros = (millis < 10) ? Math.round(millis * 10) * 100 : Math.round(millis) * 1_000;
		return Durations.format(Duration.ofNanos(micros * 1_000));
	}

}
