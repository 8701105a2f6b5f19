package io.cancelscope.spring;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;

/**
 * Budgets and modes by the name of a scope, from {@code cancel-scope.timeouts},
 * {@code cancel-scope.modes} and {@code cancel-scope.requires}. For features, and for
 * code that opens scopes and lets operators set their budgets. Thread-safe.
 * <p>
 * A key is a name, or a pattern with a star: {@code QuoteService.*} for names, or
 * {@code GET /api/**} for the paths of requests. A name takes precedence over patterns,
 * and a more specific pattern over others. A name in an environment variable matches
 * regardless of case and punctuation.
 */
public final class ScopeSettings {

	private static final String TIMEOUTS = "timeouts";

	private static final String MODES = "modes";

	private static final String REQUIRES = "requires";

	private final CancelScopeProperties properties;

	private final NamedSettings<Duration> timeouts;

	private final NamedSettings<Mode> modes;

	private final NamedSettings<RequiredBudget> requires;

	/**
	 * What is changed at run time; {@code null} while nothing is. Volatile: a scope that
	 * opens after a change sees it. On the usual processors reading it costs what reading
	 * any field does. What it refers to is immutable.
	 */
	private volatile @Nullable ChangedSettings changed;

	private ScopeSettings(CancelScopeProperties properties, Environment environment) {
		this.properties = properties;
		this.timeouts = new NamedSettings<>(TIMEOUTS, ScopeSettingReader.read(environment, TIMEOUTS),
				(setting) -> CancelScopeProperties.duration(setting.property(), setting.value()));
		this.modes = new NamedSettings<>(MODES, ScopeSettingReader.read(environment, MODES),
				(setting) -> CancelScopeProperties.mode(setting.property(), setting.value()));
		this.requires = new NamedSettings<>(REQUIRES, ScopeSettingReader.read(environment, REQUIRES),
				(setting) -> CancelScopeProperties.required(setting.property(), setting.value()));
	}

	/**
	 * Reads the settings.
	 * @param properties the settings for all scopes
	 * @param environment contains the settings for single names
	 * @return the settings
	 * @throws RuntimeException if a key or a value is invalid; the message contains the
	 * property and a valid example
	 */
	public static ScopeSettings of(CancelScopeProperties properties, Environment environment) {
		return new ScopeSettings(properties, environment);
	}

	/**
	 * Returns whether a scope can be observed, by the general mode or by the mode of a
	 * name.
	 * @param environment the environment to search; invalid values are ignored
	 * @return whether a property is set to {@code observe}
	 */
	public static boolean isAnyObserved(Environment environment) {
		return isObserve(environment.getProperty("cancel-scope.mode", ""))
				|| ScopeSettingReader.read(environment, MODES).stream().anyMatch((mode) -> isObserve(mode.value()));
	}

	private static boolean isObserve(String mode) {
		return mode.trim().equalsIgnoreCase(Mode.OBSERVE.name());
	}

	/**
	 * Returns the budget for a name.
	 * @param name the name of the scope
	 * @return the budget, empty if none is set
	 */
	public Optional<Duration> timeoutOf(String name) {
		ScopeBudget changed = changedBudgetOf(name);
		return (changed != null) ? Optional.of(changed.timeout()) : configuredTimeoutOf(name);
	}

	/**
	 * Returns the budget for a name, apart from changes at run time. For what is kept
	 * longer than a change may last.
	 * @param name the name of the scope
	 * @return the budget, empty if none is set
	 */
	public Optional<Duration> configuredTimeoutOf(String name) {
		return valueOf(this.timeouts.find(name));
	}

	/**
	 * Returns the budget for a name, and the property or the person that sets it.
	 * @param name the name of the scope
	 * @return the budget, or {@code null} if none is set
	 */
	public @Nullable ScopeBudget budgetOf(String name) {
		ScopeBudget changed = changedBudgetOf(name);
		if (changed != null) {
			return changed;
		}
		NamedSetting<Duration> setting = this.timeouts.find(name);
		return (setting != null) ? new ScopeBudget(setting.value(), setting.setting().property()) : null;
	}

	/**
	 * Returns the longest budget in {@code cancel-scope.timeouts} and
	 * {@code cancel-scope.default-timeout}.
	 * @return the budget, or {@code null} if none is set
	 */
	public @Nullable ScopeBudget longestBudget() {
		Duration general = defaultTimeout();
		ScopeBudget longest = (general != null) ? new ScopeBudget(general, "cancel-scope.default-timeout") : null;
		for (NamedSetting<Duration> named : this.timeouts.all()) {
			if (longest == null || named.value().compareTo(longest.timeout()) > 0) {
				longest = new ScopeBudget(named.value(), named.setting().property());
			}
		}
		return longest;
	}

	/**
	 * Returns the property that sets the budget of a name.
	 * @param name the name of the scope
	 * @return the property, as it is written in a properties file
	 */
	public static String timeoutProperty(String name) {
		return ScopeSetting.property(TIMEOUTS, name);
	}

	/**
	 * Returns the budget that must be left for the work of a name to start, from
	 * {@code cancel-scope.requires}.
	 * @param name the name of the scope
	 * @return the required budget, or {@code null} if no property sets it
	 */
	public @Nullable RequiredBudget requiredBy(String name) {
		NamedSetting<RequiredBudget> setting = this.requires.find(name);
		return (setting != null) ? setting.value() : null;
	}

	/**
	 * Returns the property that sets the required budget of a name.
	 * @param name the name of the scope
	 * @return the property, as it is written in a properties file
	 */
	public static String requiresProperty(String name) {
		return ScopeSetting.property(REQUIRES, name);
	}

	/**
	 * Returns the budget in {@code cancel-scope.default-timeout}.
	 * @return the budget of scopes without one of their own, or {@code null} for no limit
	 */
	public @Nullable Duration defaultTimeout() {
		return this.properties.defaultTimeout();
	}

	/**
	 * Returns the mode for a name, or otherwise the general mode.
	 * @param name the name of the scope
	 * @return the mode
	 */
	public Mode modeOf(String name) {
		ChangedSettings changed = this.changed;
		Mode mode = (changed != null) ? changed.modeOf(name) : null;
		return (mode != null) ? mode : configuredModeOf(name);
	}

	/**
	 * Returns the mode for a name, apart from changes at run time.
	 * @param name the name of the scope
	 * @return the mode
	 */
	public Mode configuredModeOf(String name) {
		return valueOf(this.modes.find(name)).orElse(this.properties.mode());
	}

	/**
	 * Returns whether {@link #configuredModeOf} returns the same mode for all names.
	 * @return whether no name has a separate mode
	 */
	public boolean hasOneMode() {
		return this.modes.isEmpty();
	}

	/**
	 * Returns what is changed at run time. Each change makes another object, so what is
	 * derived from one can be kept as long as this returns the same.
	 * @return the changes, or {@code null} while nothing is changed
	 */
	public @Nullable ChangedSettings changed() {
		return this.changed;
	}

	void changed(@Nullable ChangedSettings changed) {
		this.changed = changed;
	}

	/** Returns the budget that a change at run time sets. */
	@Nullable ScopeBudget changedBudgetOf(String name) {
		ChangedSettings changed = this.changed;
		return (changed != null) ? changed.budgetOf(name) : null;
	}

	/**
	 * Ends the start-up. An environment variable that matches two scopes is an error
	 * during start-up. From now on it is logged as a warning, and applies to the first of
	 * them.
	 */
	public void started() {
		this.timeouts.started();
		this.modes.started();
		this.requires.started();
	}

	/** Returns the settings of requests, whose paths are needed for patterns. */
	public RequestSettings ofRequests() {
		return new RequestSettings(this, this.timeouts, this.modes, this.requires);
	}

	/** Returns the modes by the keys of their properties. */
	Map<String, String> modes() {
		Map<String, String> modes = new TreeMap<>();
		for (NamedSetting<Mode> mode : this.modes.all()) {
			modes.put(mode.setting().key(), mode.setting().value());
		}
		return modes;
	}

	/** Returns the settings by the name of their map. */
	Map<String, NamedSettings<?>> groups() {
		return Map.of(TIMEOUTS, this.timeouts, MODES, this.modes, REQUIRES, this.requires);
	}

	private static <V> Optional<V> valueOf(@Nullable NamedSetting<V> setting) {
		return Optional.ofNullable(setting).map(NamedSetting::value);
	}

}
