package io.cancelscope.spring.tx;

import java.time.Duration;

import io.cancelscope.DeadlineExceededException;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.jdbc.CancelScopeJdbcAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Coming from {@code @Transactional(timeout)}: the page is cut from here.
 */
@Timeout(60)
class TransactionTimeoutTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeJdbcAutoConfiguration.class, CancelScopeTxAutoConfiguration.class,
						DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
						DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class))
		.withBean(Before.class)
		.withBean(After.class)
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	@Test
	void transactionWithATimeoutIsCommittedLate() {
		this.runner.run((context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.execute("create table orders (article varchar(20))");

			context.getBean(Before.class).place("chair");

			assertThat(count(jdbc)).isOne();
		});
	}

	@Test
	void transactionOfAScopeIsRolledBackWhenItIsLate() {
		this.runner.run((context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.execute("create table orders (article varchar(20))");

			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> context.getBean(After.class).place("chair"))
				.withMessageContaining("(300ms) exceeded its deadline");

			assertThat(count(jdbc)).isZero();
		});
	}

	private static @Nullable Integer count(JdbcTemplate jdbc) {
		return jdbc.queryForObject("select count(*) from orders", Integer.class);
	}

	/** The slow part, which asks no database. */
	private static void pack(Duration duration) {
		try {
			Thread.sleep(duration.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static class Before {

		private final JdbcTemplate jdbc;

		Before(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		// tag::before[]
		@Transactional(timeout = 1) // whole seconds
		public void place(String article) {
			this.jdbc.update("insert into orders values (?)", article);
			// No statement follows: it is committed after 1.2 s.
			pack(Duration.ofMillis(1200));
		}
		// end::before[]

	}

	static class After {

		private final JdbcTemplate jdbc;

		After(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		// tag::after[]
		@CancelScoped(timeout = "300ms", interrupt = true)
		@Transactional
		public void place(String article) {
			this.jdbc.update("insert into orders values (?)", article);
			// Interrupted after 300 ms; nothing is committed.
			pack(Duration.ofMillis(1200));
		}
		// end::after[]

	}

}
