package io.cancelscope.spring.budget;

import java.time.Duration;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.budget.*}.
 *
 * @param enabled Whether to learn how long calls take, and to provide the endpoint
 * 'cancelbudgets'. Its access and its exposure must allow it as well.
 * @param window Time over which calls are learnt. Calls that ended before are forgotten,
 * a quarter of the window at a time.
 * @param minCalls Number of completed calls within the window below which no budget is
 * suggested.
 * @param maxNames Highest number of scope names that are learnt separately. Scopes with
 * further names are learnt together, as 'others'.
 * @param check Whether to log what is odd about budgets, once per name: no budget, one
 * that never counts, or one that most calls use up.
 */
@ConfigurationProperties("cancel-scope.budget")
public record CancelScopeBudgetProperties(@DefaultValue("true") boolean enabled, @DefaultValue("1h") Duration window,
		@DefaultValue("1000") int minCalls, @DefaultValue("200") int maxNames, @DefaultValue("true") boolean check) {

	private static final Duration SHORTEST = Duration.ofSeconds(1);

	public CancelScopeBudgetProperties {
		if (window.compareTo(SHORTEST) < 0) {
			throw invalid("window", Durations.format(window),
					"The window must be at least 1s. Give a number and a unit, for example '1h' or '24h'.");
		}
		if (minCalls < 1) {
			throw invalid("min-calls", minCalls,
					"The number of calls must be positive. Give for example '1000', which is the default.");
		}
		if (maxNames < 0) {
			throw invalid("max-names", maxNames,
					"The number of names must not be negative. Give 0 to learn all scopes together, or remove the property.");
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, Object value, String problem) {
		return new InvalidConfigurationPropertyValueException("cancel-scope.budget." + property, value, problem);
	}

}
