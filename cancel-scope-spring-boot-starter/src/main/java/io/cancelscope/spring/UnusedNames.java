package io.cancelscope.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Finds budgets and modes whose keys no scope has, and variables of the environment that
 * fit more than one scope. What was found for a scope already is not looked for again, so
 * that the names of an application are asked for only if something is left.
 */
final class UnusedNames implements SettingsCheck {

	private static final String REQUIRES = "requires";

	private final ScopeSettings settings;

	private final Supplier<List<ScopeNames>> sources;

	UnusedNames(ScopeSettings settings, Supplier<List<ScopeNames>> sources) {
		this.settings = settings;
		this.sources = sources;
	}

	/**
	 * @throws InvalidScopeSettingException if a variable fits two scopes, or requests
	 * require more than their budget
	 */
	@Override
	public void check(Consumer<String> warning) {
		Map<String, NamedSettings<?>> groups = new TreeMap<>(this.settings.groups());
		if (groups.values().stream().anyMatch((group) -> group.hasVariables() || !unused(group).isEmpty())) {
			List<ScopeNames> sources = this.sources.get();
			groups.forEach((group, settings) -> check(group, settings, readersOf(group, sources), warning));
			readersOf(REQUIRES, sources).forEach(this::checkRequired);
		}
		this.settings.started();
	}

	/**
	 * Whoever opens scopes has budgets and modes; not all of them can leave work undone.
	 */
	private static List<ScopeNames> readersOf(String group, List<ScopeNames> sources) {
		return group.equals(REQUIRES) ? sources.stream().filter(ScopeNames::canRequire).toList() : sources;
	}

	/**
	 * Requests and gRPC calls that require more than their budget could never begin. For
	 * methods, that is checked where they are woven.
	 */
	private void checkRequired(ScopeNames source) {
		for (String name : source.names()) {
			RequiredBudget required = isCall(name) ? this.settings.requiredBy(name) : null;
			Duration least = (required != null) ? required.least() : null;
			if (least != null) {
				checkRequired(name, least, source);
			}
		}
	}

	private void checkRequired(String name, Duration least, ScopeNames source) {
		ScopeBudget set = this.settings.budgetOf(name);
		ScopeBudget budget = (set != null) ? set : source.budgetOf(name);
		if (budget != null && least.compareTo(budget.timeout()) > 0) {
			throw new InvalidScopeSettingException(
					"Scope '" + name + "' requires " + Durations.format(least)
							+ " to begin, which is more than its budget of " + Durations.format(budget.timeout())
							+ ", set by '" + budget.source() + "'.",
					"It could never begin. Lower '" + ScopeSettings.requiresProperty(name) + "', or raise the budget.");
		}
	}

	/** Of a request, or of a method of gRPC. */
	private static boolean isCall(String name) {
		return ScopeKeys.request(name) != null || name.indexOf('/') > 0;
	}

	private static void check(String group, NamedSettings<?> settings, List<ScopeNames> sources,
			Consumer<String> warning) {
		Set<String> known = new LinkedHashSet<>();
		sources.forEach((source) -> known.addAll(source.names()));
		known.forEach(settings::found);
		for (ScopeSetting unused : unused(settings)) {
			if (sources.stream().noneMatch((source) -> source.mayOpen(unused.key()))) {
				warning.accept(text(group, unused, known));
			}
		}
	}

	private static List<ScopeSetting> unused(NamedSettings<?> settings) {
		List<ScopeSetting> unused = new ArrayList<>();
		for (NamedSetting<?> setting : settings.all()) {
			if (!setting.isUsed()) {
				unused.add(setting.setting());
			}
		}
		return unused;
	}

	private static String text(String group, ScopeSetting unused, Collection<String> known) {
		boolean isPattern = !unused.relaxed() && ScopeKeys.isPattern(unused.key());
		String nearest = isPattern ? null : nearest(unused, known);
		return "The " + (unused.relaxed() ? "environment variable" : "property") + " '" + unused.property()
				+ "' has no effect: no scope that is known at start-up has "
				+ (isPattern ? "a name that matches '" : "the name '") + unused.key() + "'. "
				+ ((nearest != null) ? "The nearest name is '" + nearest + "': write '"
						+ ScopeSetting.property(group, nearest) + "'. " : "")
				+ advice(group, unused, isPattern);
	}

	/** Requests that no controller handles are named after their method alone. */
	private static String advice(String group, ScopeSetting unused, boolean isPattern) {
		ScopeKeys.Request request = (unused.relaxed() || isPattern) ? null : ScopeKeys.request(unused.key());
		if (request != null) {
			String path = request.path().endsWith("/") ? request.path() : request.path() + "/";
			return "If no controller handles the path, as with functional routes, write a pattern: '"
					+ ScopeSetting.property(group, request.method() + " " + path + "**") + "'.";
		}
		return switch (group) {
			case "timeouts" -> "Budgets are set for annotated methods and for requests; if code asks"
					+ " ScopeSettings for this one, make the name known by a ScopeNames bean.";
			case REQUIRES -> "Only annotated methods, requests and gRPC calls have a required budget.";
			default -> "If code opens a scope of this name, make the name known by a ScopeNames bean.";
		};
	}

	/**
	 * What is left of a name in a variable is compared with what would be left of others.
	 */
	private static @Nullable String nearest(ScopeSetting unused, Collection<String> known) {
		if (!unused.relaxed()) {
			return NearestName.to(unused.key(), known);
		}
		Map<String, String> relaxed = new TreeMap<>();
		known.forEach((name) -> relaxed.putIfAbsent(ScopeSetting.relaxed(name), name));
		String nearest = NearestName.to(ScopeSetting.relaxed(unused.key()), relaxed.keySet());
		return (nearest != null) ? relaxed.get(nearest) : null;
	}

}
