package io.cancelscope.spring.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.CancelScopeProperties.Mode;

/**
 * Knows whether the scopes of a name are only observed. Asked for each scope that opens,
 * so it remembers the answers.
 */
final class ObservedNames implements Predicate<String> {

	private static final int MOST_NAMES = 1_000;

	private final CancelScopeProperties properties;

	private final Map<String, Boolean> known = new ConcurrentHashMap<>();

	ObservedNames(CancelScopeProperties properties) {
		this.properties = properties;
	}

	@Override
	public boolean test(String name) {
		if (this.properties.modes().isEmpty()) {
			return this.properties.mode() == Mode.OBSERVE;
		}
		Boolean known = this.known.get(name);
		if (known != null) {
			return known;
		}
		boolean observed = this.properties.modeOf(name) == Mode.OBSERVE;
		if (this.known.size() < MOST_NAMES) {
			this.known.put(name, observed);
		}
		return observed;
	}

}
