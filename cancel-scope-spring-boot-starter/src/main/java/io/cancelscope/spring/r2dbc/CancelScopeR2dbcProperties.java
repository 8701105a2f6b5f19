package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.Set;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.r2dbc.*}.
 *
 * @param enabled Whether to cancel R2DBC statements when their scope is cancelled.
 * @param excludeBeans Names of ConnectionFactory beans to exclude.
 * @param abortAfter Time from the cancellation of a scope until the connection of a
 * statement that is still running is closed. Zero never closes.
 */
@ConfigurationProperties("cancel-scope.r2dbc")
public record CancelScopeR2dbcProperties(@DefaultValue("true") boolean enabled, @DefaultValue Set<String> excludeBeans,
		@DefaultValue("5s") Duration abortAfter) {

	public CancelScopeR2dbcProperties {
		excludeBeans = Set.copyOf(excludeBeans);
		if (abortAfter.isNegative()) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.r2dbc.abort-after",
					Durations.format(abortAfter), "The duration must not be negative. Give a number and a unit,"
							+ " for example '5s', or 0 to never close.");
		}
	}

	/** A scoped bean's name is that of the proxy in front of it, too. */
	boolean isExcluded(String beanName) {
		return this.excludeBeans.stream()
			.anyMatch((excluded) -> beanName.equals(excluded) || beanName.equals("scopedTarget." + excluded));
	}

}
