package io.cancelscope.spring.jdbc;

import java.time.Duration;
import java.util.Set;

import io.cancelscope.Durations;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The properties {@code cancel-scope.jdbc.*}.
 *
 * @param enabled Whether JDBC statements are stopped when their scope is cancelled.
 * @param excludeBeans Names of DataSource beans to leave alone.
 * @param abortAfter How long a statement may go on after its scope was cancelled, before
 * its connection is aborted. Zero for never.
 * @param interruptWaiting Whether a thread that waits for a connection is interrupted
 * when its scope is cancelled.
 * @param bookkeepingTimeout Budget of each call of a framework's own book-keeping, such
 * as Spring Batch's JobRepository, which runs in a shield. Zero for no shield.
 * @param bookkeepingBeans Names of further beans whose calls run in such a shield.
 * @param silenceHibernate Whether to keep out of the log what Hibernate warns of when a
 * scope stopped its statement. For Logback.
 * @param serverTimeout Whether to tell the database the deadline of a scope, so that
 * statements end there when this process is gone. For PostgreSQL and MariaDB.
 */
@ConfigurationProperties("cancel-scope.jdbc")
public record JdbcCancelProperties(@DefaultValue("true") boolean enabled, @DefaultValue Set<String> excludeBeans,
		@DefaultValue("5s") Duration abortAfter, @DefaultValue("true") boolean interruptWaiting,
		@DefaultValue("5s") Duration bookkeepingTimeout, @DefaultValue Set<String> bookkeepingBeans,
		@DefaultValue("true") boolean silenceHibernate, @DefaultValue("false") boolean serverTimeout) {

	public JdbcCancelProperties {
		excludeBeans = Set.copyOf(excludeBeans);
		bookkeepingBeans = Set.copyOf(bookkeepingBeans);
		notNegative("cancel-scope.jdbc.abort-after", abortAfter, "to never abort");
		notNegative("cancel-scope.jdbc.bookkeeping-timeout", bookkeepingTimeout, "for no shield");
	}

	private static void notNegative(String name, Duration value, String zero) {
		if (value.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(name, Durations.format(value),
					"It must not be negative. Give a number and a unit, for example '5s', or 0 " + zero + ".");
		}
	}

	/** A scoped bean's name is that of the proxy in front of it, too. */
	boolean isExcluded(String beanName) {
		return this.excludeBeans.stream()
			.anyMatch((excluded) -> beanName.equals(excluded) || beanName.equals("scopedTarget." + excluded));
	}

}
