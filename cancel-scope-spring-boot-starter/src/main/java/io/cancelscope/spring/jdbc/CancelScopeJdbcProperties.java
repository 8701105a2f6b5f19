package io.cancelscope.spring.jdbc;

import java.time.Duration;
import java.util.Set;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.jdbc.*}.
 *
 * @param enabled Whether to cancel JDBC statements when their scope is cancelled.
 * @param excludeBeans Names of DataSource beans to exclude.
 * @param abortAfter Time from the cancellation of a scope until the connection of a
 * statement that is still running is aborted. Zero never aborts.
 * @param interruptWaiting Whether to interrupt a thread that waits for a connection when
 * its scope is cancelled.
 * @param bookkeepingTimeout Budget of each call of a framework's own book-keeping, such
 * as Spring Batch's JobRepository, which runs in a shielded scope. Zero opens no such
 * scope.
 * @param bookkeepingBeans Names of further beans whose calls run in such a shielded
 * scope.
 * @param silenceHibernate Whether to suppress Hibernate's warnings about statements that
 * a scope cancelled. Requires Logback.
 * @param serverTimeout Whether to send the deadline of a scope to the database, so that
 * statements end there if this process stops. Supports PostgreSQL and MariaDB.
 */
@ConfigurationProperties("cancel-scope.jdbc")
public record CancelScopeJdbcProperties(@DefaultValue("true") boolean enabled, @DefaultValue Set<String> excludeBeans,
		@DefaultValue("5s") Duration abortAfter, @DefaultValue("true") boolean interruptWaiting,
		@DefaultValue("5s") Duration bookkeepingTimeout, @DefaultValue Set<String> bookkeepingBeans,
		@DefaultValue("true") boolean silenceHibernate, @DefaultValue("false") boolean serverTimeout) {

	public CancelScopeJdbcProperties {
		excludeBeans = Set.copyOf(excludeBeans);
		bookkeepingBeans = Set.copyOf(bookkeepingBeans);
		notNegative("cancel-scope.jdbc.abort-after", abortAfter, "to never abort");
		notNegative("cancel-scope.jdbc.bookkeeping-timeout", bookkeepingTimeout, "to open no shielded scope");
	}

	private static void notNegative(String name, Duration value, String zero) {
		if (value.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(name, Durations.format(value),
					"The duration must not be negative. Give a number and a unit, for example '5s', or 0 " + zero
							+ ".");
		}
	}

	/** A scoped bean's name is that of the proxy in front of it, too. */
	boolean isExcluded(String beanName) {
		return this.excludeBeans.stream()
			.anyMatch((excluded) -> beanName.equals(excluded) || beanName.equals("scopedTarget." + excluded));
	}

}
