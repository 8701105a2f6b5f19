package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Finds budgets and modes whose keys no scope has, and variables of the environment that
 * fit more than one scope. What was found for a scope already is not looked for again, so
 * that the names of an application are asked for only if something is left.
 */
final class UnusedNames implements SettingsCheck {

	private final ScopeSettings settings;

	private final Supplier<List<ScopeNames>> sources;

	UnusedNames(ScopeSettings settings, Supplier<List<ScopeNames>> sources) {
		this.settings = settings;
		this.sources = sources;
	}

	/**
	 * @throws InvalidScopeSettingException if a variable fits two scopes
	 */
	@Override
	public void check(Consumer<String> warning) {
		Map<String, NamedSettings<?>> groups = new TreeMap<>(this.settings.groups());
		if (groups.values().stream().anyMatch((group) -> group.hasVariables() || !unused(group).isEmpty())) {
			List<ScopeNames> sources = this.sources.get();
			groups.forEach((group, settings) -> check(group, settings, readersOf(group, sources), warning));
		}
		this.settings.started();
	}

	/**
	 * Whoever opens scopes has budgets and modes; not all of them can leave work undone.
	 */
	private static List<ScopeNames> readersOf(String group, List<ScopeNames> sources) {
		return group.equals("requires") ? sources.stream().filter(ScopeNames::canRequire).toList() : sources;
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
		if (request != null && !group.equals("requires")) {
			String path = request.path().endsWith("/") ? request.path() : request.path() + "/";
			return "If no controller handles the path, as with functional routes, write a pattern: '"
					+ ScopeSetting.property(group, request.method() + " " + path + "**") + "'.";
		}
		return switch (group) {
			case "timeouts" -> "Budgets are set for annotated methods and for requests; if code asks"
					+ " ScopeSettings for this one, make the name known by a ScopeNames bean.";
			case "requires" -> "Only annotated methods have a required budget; requests and gRPC calls have none.";
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
