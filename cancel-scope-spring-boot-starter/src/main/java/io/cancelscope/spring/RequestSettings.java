package io.cancelscope.spring;

import java.time.Duration;
import java.util.Optional;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;

/**
 * The settings of requests. A class of its own, since applications without spring-web
 * have {@link ScopeSettings}, too, and the container looks at all methods of a bean. For
 * features.
 */
public final class RequestSettings {

	private final ScopeSettings settings;

	private final NamedSettings<Duration> timeouts;

	private final NamedSettings<Mode> modes;

	private final NamedSettings<RequiredBudget> requires;

	RequestSettings(ScopeSettings settings, NamedSettings<Duration> timeouts, NamedSettings<Mode> modes,
			NamedSettings<RequiredBudget> requires) {
		this.settings = settings;
		this.timeouts = timeouts;
		this.modes = modes;
		this.requires = requires;
	}

	/** Returns the budget that a change at run time sets for the scopes of a name. */
	public @Nullable ScopeBudget changedBudgetOf(String name) {
		return this.settings.changedBudgetOf(name);
	}

	/** Returns the budget that is configured for a request to an endpoint. */
	public Optional<Duration> timeoutOf(String endpoint, PathContainer path) {
		return Optional.ofNullable(this.timeouts.find(endpoint, path)).map(NamedSetting::value);
	}

	/**
	 * Returns the budget that must be left for a request to an endpoint to begin, or
	 * {@code null} if no property sets it.
	 */
	public @Nullable RequiredBudget requiredBy(String endpoint, PathContainer path) {
		NamedSetting<RequiredBudget> setting = this.requires.find(endpoint, path);
		return (setting != null) ? setting.value() : null;
	}

	/**
	 * Returns the name for a request to an endpoint, such that its mode is found by it.
	 */
	public String nameOf(String endpoint, PathContainer path) {
		return this.modes.nameOf(endpoint, path);
	}

}
