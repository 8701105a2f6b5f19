package io.cancelscope.spring;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;

/**
 * The budgets and modes that {@code cancel-scope.timeouts} and {@code cancel-scope.modes}
 * set by the name of a scope. For features, and for code that opens scopes by itself and
 * lets operators set their budgets. Safe for use by many threads.
 * <p>
 * A key is the name itself or a pattern with a star: {@code QuoteService.*} for names, or
 * {@code GET /api/**} for the paths of requests. The name itself wins over patterns, and
 * of patterns the most specific wins. Names in an environment variable are found without
 * regard to case and punctuation.
 */
public final class ScopeSettings {

	private static final String TIMEOUTS = "timeouts";

	private static final String MODES = "modes";

	private final CancelScopeProperties properties;

	private final NamedSettings<Duration> timeouts;

	private final NamedSettings<Mode> modes;

	private ScopeSettings(CancelScopeProperties properties, Environment environment) {
		this.properties = properties;
		this.timeouts = new NamedSettings<>(TIMEOUTS, ScopeSettingReader.read(environment, TIMEOUTS),
				(setting) -> CancelScopeProperties.duration(setting.property(), setting.value()));
		this.modes = new NamedSettings<>(MODES, ScopeSettingReader.read(environment, MODES),
				(setting) -> CancelScopeProperties.mode(setting.property(), setting.value()));
	}

	/**
	 * Reads the settings.
	 * @param properties what is set for all scopes
	 * @param environment has what is set for those of a name
	 * @return the settings
	 * @throws RuntimeException if a key or a value can't be understood; its message names
	 * the property and what to write instead
	 */
	public static ScopeSettings of(CancelScopeProperties properties, Environment environment) {
		return new ScopeSettings(properties, environment);
	}

	/**
	 * Returns whether any scope may be observed: by the mode of all, or by that of a
	 * name.
	 * @param environment where to look; nothing there is refused
	 * @return whether some property is set to {@code observe}
	 */
	public static boolean isAnyObserved(Environment environment) {
		return isObserve(environment.getProperty("cancel-scope.mode", ""))
				|| ScopeSettingReader.read(environment, MODES).stream().anyMatch((mode) -> isObserve(mode.value()));
	}

	private static boolean isObserve(String mode) {
		return mode.trim().equalsIgnoreCase(Mode.OBSERVE.name());
	}

	/**
	 * Returns the budget that is set for the scopes of a name.
	 * @param name the name of the scope
	 * @return the budget, empty where none is set
	 */
	public Optional<Duration> timeoutOf(String name) {
		return valueOf(this.timeouts.find(name));
	}

	/**
	 * Returns the budget that {@code cancel-scope.default-timeout} sets.
	 * @return the budget of scopes that are given none, or {@code null} for no limit
	 */
	public @Nullable Duration defaultTimeout() {
		return this.properties.defaultTimeout();
	}

	/**
	 * Returns the mode of the scopes of a name: their own, or that of all.
	 * @param name the name of the scope
	 * @return the mode
	 */
	public Mode modeOf(String name) {
		return valueOf(this.modes.find(name)).orElse(this.properties.mode());
	}

	/**
	 * Returns whether {@link #modeOf} returns the same for all names.
	 * @return whether no name has a mode of its own
	 */
	public boolean hasOneMode() {
		return this.modes.isEmpty();
	}

	/**
	 * Ends the start-up: an environment variable that fits two scopes is no failure from
	 * now on, but logged as a warning, and counts for the first of them.
	 */
	public void started() {
		this.timeouts.started();
		this.modes.started();
	}

	/** Returns the settings of requests, whose paths are needed for patterns. */
	RequestSettings ofRequests() {
		return new RequestSettings(this.timeouts, this.modes);
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
		return Map.of(TIMEOUTS, this.timeouts, MODES, this.modes);
	}

	private static <V> Optional<V> valueOf(@Nullable NamedSetting<V> setting) {
		return Optional.ofNullable(setting).map(NamedSetting::value);
	}

}
