package io.cancelscope.spring.observemode;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.spring.ChangedSettings;
import io.cancelscope.spring.ScopeSettings;

/**
 * Knows whether the scopes of a name are only observed. Asked for each scope that opens,
 * so it remembers the answers. Without changes at run time, and with one mode for all, an
 * answer takes two reads of fields.
 */
final class ObservedNames implements Predicate<String> {

	private static final int MOST_NAMES = 1_000;

	private final ScopeSettings settings;

	private final Map<String, Boolean> known = new ConcurrentHashMap<>();

	ObservedNames(ScopeSettings settings) {
		this.settings = settings;
	}

	@Override
	public boolean test(String name) {
		ChangedSettings changed = this.settings.changed();
		Mode mode = (changed != null) ? changed.modeOf(name) : null;
		return (mode != null) ? mode == Mode.OBSERVE : isConfigured(name);
	}

	/**
	 * Race: a change begins or ends meanwhile. Only what is configured is remembered, so
	 * no answer outlives a change.
	 */
	private boolean isConfigured(String name) {
		if (this.settings.hasOneMode()) {
			return this.settings.configuredModeOf(name) == Mode.OBSERVE;
		}
		Boolean known = this.known.get(name);
		if (known != null) {
			return known;
		}
		boolean observed = this.settings.configuredModeOf(name) == Mode.OBSERVE;
		if (this.known.size() < MOST_NAMES) {
			this.known.put(name, observed);
		}
		return observed;
	}

}
