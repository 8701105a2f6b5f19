package io.cancelscope.spring.shutdown;

import java.time.Duration;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.shutdown.*}.
 *
 * @param enabled Whether to cancel the scopes that are still open when the application
 * stops, after the time for web requests to complete.
 * @param await Longest time to wait afterwards until the cancelled scopes have closed and
 * their requests have responses, before the web server stops. Zero does not wait.
 */
@ConfigurationProperties("cancel-scope.shutdown")
record CancelScopeShutdownProperties(@DefaultValue("true") boolean enabled, @DefaultValue("2s") Duration await) {

	CancelScopeShutdownProperties {
		if (await.isNegative()) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.shutdown.await", Durations.format(await),
					"The duration must not be negative. Give a number and a unit, for example '2s', or 0 to not wait.");
		}
	}

}
