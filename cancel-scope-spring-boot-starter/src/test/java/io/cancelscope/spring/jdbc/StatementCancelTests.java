package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Statements stop when their scope is cancelled, on H2 with the pool that Spring Boot
 * makes.
 */
@Timeout(60)
class StatementCancelTests {

	/** Takes hours. */
	static final String SLOW = "select count(*) from system_range(1, 1000000) a, system_range(1, 1000000) b";

	private final CancelScopes scopes = CancelScopes.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class,
				DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class))
		.withBean(Reports.class)
		.withPropertyValues("spring.datasource.generate-unique-name=true",
				"spring.datasource.hikari.maximum-pool-size=1");

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await().untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	private void run(Consumer<JdbcTemplate> test) {
		this.runner.run((context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.execute("select 1"); // to make a pool may take longer than a budget here
			test.accept(jdbc);

			assertThat(jdbc.queryForObject("select 7", Integer.class)).isEqualTo(7);
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
		});
	}

	@Test
	void statementIsCancelledAtTheDeadline() {
		run((jdbc) -> assertThatExceptionOfType(QueryTimeoutException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.named("report").withTimeout(Duration.ofMillis(100)),
					(scope) -> jdbc.queryForObject(SLOW, Long.class)))
			.withCauseInstanceOf(SQLTimeoutException.class)
			.havingCause()
			.withMessage("The statement was cancelled: scope 'report' (100ms) exceeded its deadline")
			.withCauseInstanceOf(DeadlineExceededException.class)
			.satisfies((ex) -> assertThat(((SQLException) ex).getSQLState()).isEqualTo("57014"))
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasOnlyElementsOfType(SQLException.class)));
	}

	@Test
	void statementIsCancelledBySomebody() {
		run((jdbc) -> jdbc.execute((Statement statement) -> {
			OpenScope scope = this.scopes.open(ScopeOptions.named("report"));
			try (scope) {
				new Thread(() -> scope.cancel("nobody waits any more")).start();
				assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(() -> statement.execute(SLOW))
					.withMessageEndingWith("scope 'report' was cancelled: nobody waits any more")
					.withCauseInstanceOf(ScopeCancelledException.class);
			}
			return null;
		}));
	}

	@Test
	void preparedStatementIsCancelledToo() {
		run((jdbc) -> assertThatExceptionOfType(QueryTimeoutException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(100)),
					(scope) -> jdbc.queryForList(SLOW + " where a.x > ?", 1)))
			.withRootCauseInstanceOf(DeadlineExceededException.class));
	}

	@Test
	void statementThatWasPreparedOutsideIsCancelledInside() {
		run((jdbc) -> jdbc.execute(SLOW, (PreparedStatement statement) -> {
			assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(() -> this.scopes
				.run(ScopeOptions.timeout(Duration.ofMillis(100)), (scope) -> statement.executeQuery()));
			return null;
		}));
	}

	@Test
	void cancelledScopeStartsNoStatement() {
		run((jdbc) -> {
			jdbc.execute("create table orders (id int)");
			jdbc.execute((Connection connection) -> {
				Statement statement = connection.createStatement();
				this.scopes.run(ScopeOptions.named("late"), (scope) -> {
					scope.cancel("too late");
					assertThatExceptionOfType(SQLTimeoutException.class)
						.isThrownBy(() -> statement.executeUpdate("insert into orders values (1)"))
						.withMessage("The statement was not started: scope 'late' was cancelled: too late");
				});
				return null;
			});
			assertThat(jdbc.queryForObject("select count(*) from orders", Integer.class)).isZero();
		});
	}

	@Test
	void cancelledScopeGetsNoConnection() {
		run((jdbc) -> this.scopes.run(ScopeOptions.named("late"), (scope) -> {
			scope.cancel();
			assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(() -> jdbc.getDataSource().getConnection())
				.withMessageStartingWith("Connection not requested: scope 'late'");
		}));
	}

	@Test
	void waitForAConnectionEndsAtTheDeadline() {
		run((jdbc) -> {
			DataSource pool = jdbc.getDataSource();
			try (Connection taken = pool.getConnection()) {
				assertThat(taken.isClosed()).isFalse();
				assertThatExceptionOfType(SQLTimeoutException.class)
					.isThrownBy(() -> this.scopes.run(ScopeOptions.named("report").withTimeout(Duration.ofMillis(100)),
							(scope) -> pool.getConnection()))
					.withMessage("The wait for a connection was cancelled:"
							+ " scope 'report' (100ms) exceeded its deadline")
					.withCauseInstanceOf(DeadlineExceededException.class);
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	@Test
	void annotatedMethodThrowsTheExceptionOfItsScope() {
		this.runner.run((context) -> {
			context.getBean(JdbcTemplate.class).execute("select 1");
			// tag::caller[]
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> context.getBean(Reports.class).yearly())
				.withMessage("scope 'Reports.yearly' (100ms) exceeded its deadline");
			// end::caller[]
		});
	}

	@Test
	void shieldedStatementRunsInACancelledScope() {
		run((jdbc) -> this.scopes.run(ScopeOptions.none(), (scope) -> {
			scope.cancel();
			// tag::shield[]
			this.scopes.run(ScopeOptions.named("release").withTimeout(Duration.ofMillis(500)).shield(),
					(release) -> jdbc.execute("create table released (id int)"));
			// end::shield[]
		}));
	}

	@Test
	void otherErrorsStayWhatTheyAre() {
		run((jdbc) -> this.scopes.run(ScopeOptions.timeout(Duration.ofHours(1)), (scope) -> {
			jdbc.execute("create table orders (id int primary key)");
			jdbc.update("insert into orders values (1)");
			assertThatExceptionOfType(DuplicateKeyException.class)
				.isThrownBy(() -> jdbc.update("insert into orders values (1)"));
		}));
	}

	@Test
	void errorThatHasNothingToDoWithTheCancelIsNotHidden() {
		SQLException constraint = new SQLException("duplicate", "23505");
		SQLException killed = new SQLException("terminating connection", "57P01");
		SQLException stopped = new SQLException("interrupted", "70100");

		assertThat(SqlExceptions.isDeniedBy(constraint)).isTrue();
		assertThat(SqlExceptions.isDeniedBy(killed)).isTrue();
		assertThat(SqlExceptions.isDeniedBy(stopped)).isFalse();
		assertThat(SqlExceptions.isDeniedBy(new SQLException("deadlock", "40001"))).isTrue();
		assertThat(SqlExceptions.isDeniedBy(new SQLException("no state"))).isFalse();
	}

	/** Seen with 2.7.3, where the class of the state says that it was rolled back. */
	@Test
	void whatHsqldbSaysOfACancelIsRecognised() {
		SQLException aborted = new SQLException("statement execution aborted: timeout reached", "40502", -4872);

		assertThat(SqlExceptions.isSaidBy(aborted)).isTrue();
		assertThat(SqlExceptions.isDeniedBy(aborted)).isFalse();
	}

	@Test
	void driversOwnTimeoutPasses() {
		run((jdbc) -> {
			jdbc.setQueryTimeout(1);
			assertThatExceptionOfType(QueryTimeoutException.class)
				.isThrownBy(() -> this.scopes.run(ScopeOptions.timeout(Duration.ofMinutes(5)),
						(scope) -> jdbc.queryForObject(SLOW, Long.class)))
				.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNull());
		});
	}

	@Test
	void connectionAndStatementsKnowEachOther() {
		run((jdbc) -> {
			try (Connection connection = jdbc.getDataSource().getConnection();
					PreparedStatement statement = connection.prepareStatement("select 1")) {
				assertThat(statement.getConnection()).isSameAs(connection).isEqualTo(connection);
				assertThat(statement).isEqualTo(statement).hasSameHashCodeAs(statement);
				assertThat(statement.isWrapperFor(org.h2.jdbc.JdbcPreparedStatement.class)).isTrue();
				assertThat(connection.unwrap(org.h2.jdbc.JdbcConnection.class)).isNotNull();
				try (ResultSet rows = statement.executeQuery()) {
					assertThat(rows.next()).isTrue();
				}
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	@Test
	void switchedOffNothingIsWatched() {
		this.runner.withPropertyValues("cancel-scope.jdbc.enabled=false").run((context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				assertThat(jdbc.queryForObject("select 1", Integer.class)).isOne();
			});
		});
	}

	// tag::reports[]
	static class Reports {

		private final JdbcTemplate jdbc;

		Reports(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@CancelScoped("100ms")
		public Long yearly() {
			return this.jdbc.queryForObject(SLOW, Long.class);
		}

	}
	// end::reports[]

}
