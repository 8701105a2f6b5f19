package io.cancelscope.spring.metrics;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.metrics.*}.
 *
 * @param enabled Whether to measure scopes if a meter registry exists.
 * @param maxNames Highest number of scope names with separate meters. Scopes with further
 * names share meters, as 'others'.
 */
@ConfigurationProperties("cancel-scope.metrics")
public record CancelScopeMetricsProperties(@DefaultValue("true") boolean enabled, @DefaultValue("200") int maxNames) {

	public CancelScopeMetricsProperties {
		if (maxNames < 0) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.metrics.max-names", maxNames,
					"The number of names must not be negative. Give 0 to measure all scopes together, or remove the property.");
		}
	}

}
