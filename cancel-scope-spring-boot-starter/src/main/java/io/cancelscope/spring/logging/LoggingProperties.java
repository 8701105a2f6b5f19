package io.cancelscope.spring.logging;

import java.time.Duration;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The properties {@code cancel-scope.logging.*}.
 *
 * @param enabled Whether a line is logged where a deadline has passed.
 * @param interval Least time between two such lines for scopes of the same name. Those in
 * between are counted in the next line.
 * @param mdc Whether the name of the current scope is in the logging context (MDC), under
 * the key 'cancelScope'.
 */
@ConfigurationProperties("cancel-scope.logging")
public record LoggingProperties(@DefaultValue("true") boolean enabled, @DefaultValue("10s") Duration interval,
		@DefaultValue("false") boolean mdc) {

	public LoggingProperties {
		if (interval.isNegative()) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.logging.interval",
					Durations.format(interval),
					"An interval must not be negative. Give a number and a unit, for example '10s', or '0s' to log"
							+ " each deadline that passes.");
		}
	}

}
