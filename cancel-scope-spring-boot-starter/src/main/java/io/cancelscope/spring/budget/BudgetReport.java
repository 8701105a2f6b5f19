package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import io.cancelscope.Durations;
import io.cancelscope.LogText;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.BudgetChange;
import io.cancelscope.spring.BudgetChange;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.spring.ChangedSettings;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.budget.BudgetDescriptor.Change;
import io.cancelscope.spring.budget.BudgetDescriptor.InForce;
import io.cancelscope.spring.budget.BudgetDescriptor.Percentiles;
import io.cancelscope.spring.budget.BudgetDescriptor.Suggested;
import io.cancelscope.spring.budget.BudgetDescriptor.WouldStop;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Puts beside each other what was learnt and what is set.
 */
final class BudgetReport {

	private static final double MICROS_IN_A_MILLI = 1_000;

	private static final double SHARES_IN_A_BUDGET = 1_000;

	private final LearntBudgets learnt;

	private final RefusedCalls refused;

	private final CancelScopeBudgetProperties properties;

	private final ScopeSettings settings;

	private final Supplier<List<ScopeNames>> names;

	private final OuterTimeouts timeouts;

	BudgetReport(LearntBudgets learnt, RefusedCalls refused, CancelScopeBudgetProperties properties,
			ScopeSettings settings, Supplier<List<ScopeNames>> names, OuterTimeouts timeouts) {
		this.learnt = learnt;
		this.refused = refused;
		this.properties = properties;
		this.settings = settings;
		this.names = names;
		this.timeouts = timeouts;
	}

	BudgetsDescriptor all() {
		Map<String, CallWindow> windows = this.learnt.all();
		ChangedSettings changed = this.settings.changed();
		Set<String> names = new TreeSet<>(windows.keySet());
		if (changed != null) {
			names.addAll(changed.names());
		}
		List<BudgetDescriptor> budgets = new ArrayList<>();
		names.forEach((name) -> budgets.add(one(name, windows.get(name))));
		return new BudgetsDescriptor(Durations.format(this.properties.window()), this.properties.minCalls(), budgets,
				this.timeouts.hints(), change(null));
	}

	@Nullable BudgetDescriptor one(String written) {
		String name = LogText.of(written);
		CallWindow window = this.learnt.all().get(name);
		return (window != null || change(name) != null) ? one(name, window) : null;
	}

	private BudgetDescriptor one(String name, @Nullable CallWindow window) {
		Calls.Sum calls = (window != null) ? window.sum(this.learnt.now()) : new Calls.Sum();
		ScopeBudget budget = budget(name, window);
		Suggestion suggestion = Suggestion.of(calls, this.properties.minCalls());
		Duration suggested = suggestion.timeout();
		return new BudgetDescriptor(name,
				(budget != null) ? new InForce(millis(budget.timeout()), budget.source()) : null,
				word(this.settings.modeOf(name)), calls.all(), calls.completed(), calls.stopped, refused(name),
				percentiles(calls.durations, MICROS_IN_A_MILLI), percentiles(calls.shares, SHARES_IN_A_BUDGET),
				(budget != null) ? wouldStop(calls, budget) : null,
				new Suggested((suggested != null) ? millis(suggested) : null, suggestion.reason()),
				hints(name, calls, budget).stream().map(Hint::text).toList(), change(name));
	}

	private long refused(String name) {
		return name.equals(BoundedNames.OTHERS) ? this.refused.ofOthersThan(this.learnt.all().keySet())
				: this.refused.of(name);
	}

	/** Returns what is odd about the budget of a name. */
	List<Hint> hints(String name) {
		CallWindow window = this.learnt.all().get(name);
		return (window != null) ? hints(name, window.sum(this.learnt.now()), budget(name, window)) : List.of();
	}

	private List<Hint> hints(String name, Calls.Sum calls, @Nullable ScopeBudget budget) {
		return name.equals(BoundedNames.OTHERS) ? List.of() : Hints.of(calls, budget, this.properties.minCalls());
	}

	private @Nullable Change change(@Nullable String name) {
		ChangedSettings changed = this.settings.changed();
		BudgetChange change = (changed != null) ? changed.changeOf(name) : null;
		if (change == null) {
			return null;
		}
		Duration timeout = change.timeout();
		Mode mode = change.mode();
		return new Change((timeout != null) ? millis(timeout) : null, (mode != null) ? word(mode) : null, change.by(),
				change.since(), change.until(), change.everywhere() ? "all" : "this");
	}

	private static String word(Mode mode) {
		return mode.name().toLowerCase(Locale.ROOT);
	}

	/** Scopes that code opens say only what the last of them had. */
	private @Nullable ScopeBudget budget(String name, @Nullable CallWindow window) {
		if (name.equals(BoundedNames.OTHERS)) {
			return null;
		}
		ScopeBudget set = this.settings.budgetOf(name);
		if (set != null) {
			return set;
		}
		for (ScopeNames names : this.names.get()) {
			ScopeBudget known = names.budgetOf(name);
			if (known != null) {
				return known;
			}
		}
		long last = (window != null) ? window.lastBudgetNanos() : 0;
		// The last call may have had a change that has ended since.
		return (window != null && last > 0 && !BudgetChange.isSource(window.lastBudgetSource())) ? new ScopeBudget(
				Duration.ofNanos(last), Objects.requireNonNullElse(window.lastBudgetSource(), "the last call")) : null;
	}

	private static WouldStop wouldStop(Calls.Sum calls, ScopeBudget budget) {
		long micros = budget.timeout().toNanos() / 1_000;
		return new WouldStop(calls.stopped + Suggestion.above(calls, micros / 2),
				calls.stopped + Suggestion.above(calls, micros), calls.stopped + Suggestion.above(calls, 2 * micros));
	}

	private static @Nullable Percentiles percentiles(Histogram histogram, double unit) {
		if (histogram.getTotalCount() == 0) {
			return null;
		}
		return new Percentiles(histogram.getValueAtPercentile(50) / unit, histogram.getValueAtPercentile(95) / unit,
				histogram.getValueAtPercentile(99) / unit, histogram.getMaxValue() / unit);
	}

	private static double millis(Duration duration) {
		return duration.toNanos() / 1_000_000.0;
	}

}
