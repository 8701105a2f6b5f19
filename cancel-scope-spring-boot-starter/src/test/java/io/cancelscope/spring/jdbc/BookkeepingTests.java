package io.cancelscope.spring.jdbc;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The bean that a property names keeps its books in a cancelled scope, too.
 */
@Timeout(60)
class BookkeepingTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class,
						DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class))
		.withBean("ledger", Ledger.class)
		.withBean("other", Ledger.class)
		.withPropertyValues("spring.datasource.generate-unique-name=true",
				"cancel-scope.jdbc.bookkeeping-beans=ledger");

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void namedBeanWritesInACancelledScope() {
		this.runner.run((context) -> {
			Ledger ledger = context.getBean("ledger", Ledger.class);
			ledger.open();

			this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				ledger.note("stopped");
			});

			assertThat(ledger.notes()).isOne();
		});
	}

	@Test
	void otherBeansAreRefused() {
		this.runner.run((context) -> {
			Ledger ledger = context.getBean("other", Ledger.class);
			ledger.open();

			this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> ledger.note("stopped"))
					.withRootCauseInstanceOf(ScopeCancelledException.class);
			});
		});
	}

	@Test
	void budgetOfItsOwnBoundsIt() {
		this.runner.withPropertyValues("cancel-scope.jdbc.bookkeeping-timeout=100ms").run((context) -> {
			Ledger ledger = context.getBean("ledger", Ledger.class);
			ledger.open();

			this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				assertThatExceptionOfType(DataAccessException.class).isThrownBy(ledger::balance)
					.havingRootCause()
					.withMessage("scope 'Ledger' (100ms) exceeded its deadline");
			});
		});
	}

	@Test
	void whereNoScopeIsOpenThereIsNoBudget() {
		this.runner.run((context) -> {
			Ledger ledger = context.getBean("ledger", Ledger.class);

			assertThat(ledger.scope()).isEqualTo("root");
			this.scopes.run(ScopeOptions.named("request"), (scope) -> assertThat(ledger.scope()).isEqualTo("Ledger"));
		});
	}

	/** That is when a job must be noted down as stopped. */
	@Test
	void applicationThatStopsDoesNotCancelIt() {
		CancelScopes remembering = CancelScopes.builder().rememberOpen().build();
		this.runner.withBean(CancelScopes.class, () -> remembering).run((context) -> {
			Ledger ledger = context.getBean("ledger", Ledger.class);
			ledger.open();

			remembering.run(ScopeOptions.none(), (scope) -> ledger.during(() -> {
				remembering.cancelAll(CancelReason.Kind.SHUTDOWN, "the application stops");
				ledger.note("stopped");
			}));

			assertThat(ledger.notes()).isOne();
		});
	}

	@Test
	void withoutATimeoutThereIsNoShield() {
		this.runner.withPropertyValues("cancel-scope.jdbc.bookkeeping-timeout=0").run((context) -> {
			Ledger ledger = context.getBean("ledger", Ledger.class);

			this.scopes.run(ScopeOptions.named("request"), (scope) -> assertThat(ledger.scope()).isEqualTo("request"));
		});
	}

	@Test
	void negativeTimeoutIsRefused() {
		this.runner.withPropertyValues("cancel-scope.jdbc.bookkeeping-timeout=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cancel-scope.jdbc.bookkeeping-timeout")
				.hasMessageContaining("or 0 to open no shielded scope"));
	}

	/** Notes down what happened. */
	static class Ledger {

		private final JdbcTemplate jdbc;

		Ledger(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		void open() {
			this.jdbc.execute("create table if not exists notes (text varchar(100))");
		}

		void note(String text) {
			this.jdbc.update("insert into notes values (?)", text);
		}

		Integer notes() {
			return this.jdbc.queryForObject("select count(*) from notes", Integer.class);
		}

		Long balance() {
			return this.jdbc.queryForObject(StatementCancelTests.SLOW, Long.class);
		}

		String scope() {
			return CancelScope.current().name();
		}

		void during(Runnable action) {
			action.run();
		}

	}

}
