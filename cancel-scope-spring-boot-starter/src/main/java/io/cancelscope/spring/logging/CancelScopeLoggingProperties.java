package io.cancelscope.spring.logging;

import java.time.Duration;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.logging.*}.
 *
 * @param enabled Whether to log a line when a deadline has passed.
 * @param interval Shortest time between two such lines for scopes of the same name. The
 * next line contains the number of omitted ones.
 * @param mdc Whether to add the name of the current scope to the logging context (MDC),
 * with the key 'cancelScope'.
 */
@ConfigurationProperties("cancel-scope.logging")
public record CancelScopeLoggingProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("10s") Duration interval, @DefaultValue("false") boolean mdc) {

	public CancelScopeLoggingProperties {
		if (interval.isNegative()) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.logging.interval",
					Durations.format(interval),
					"The interval must not be negative. Give a number and a unit, for example '10s', or 0 to log each"
							+ " expired deadline.");
		}
	}

}
