package io.cancelscope.spring.shutdown;

import java.time.Duration;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The properties {@code cancel-scope.shutdown.*}.
 *
 * @param enabled Whether to cancel, when the application stops, the scopes that are still
 * open after web requests had their time to complete.
 * @param await How long to wait, after that, until the cancelled scopes have closed and
 * their requests are answered, before the web server stops. Zero for not at all.
 */
@ConfigurationProperties("cancel-scope.shutdown")
record ShutdownProperties(@DefaultValue("true") boolean enabled, @DefaultValue("2s") Duration await) {

	ShutdownProperties {
		if (await.isNegative()) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.shutdown.await", Durations.format(await),
					"It must not be negative. Give a number and a unit, for example '2s', or 0 to not wait.");
		}
	}

}
