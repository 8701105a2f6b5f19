package io.cancelscope.spring.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * PostgreSQL knows the deadline of a scope's transaction, and nothing of it stays on the
 * connection.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PostgresServerTimeoutTests {

	private final CancelScopes scopes = CancelScopes.create();

	private Postgres postgres;

	private WatchedPool pool;

	private Connection connection;

	private Statement statement;

	@BeforeEach
	void connect() throws SQLException, IOException {
		this.postgres = Postgres.shared();
		this.pool = this.postgres.pool(1, JdbcSettings.serverTimeout());
		this.connection = this.pool.connection();
		this.connection.setAutoCommit(false);
		this.statement = this.connection.createStatement();
	}

	@AfterEach
	void nothingStaysOnTheConnection() throws SQLException {
		this.connection.close();
		assertThat(this.pool.number("select extract(epoch from current_setting('statement_timeout')::interval)"))
			.isZero();
		this.pool.close();
	}

	/** In milliseconds. */
	private int limit() throws SQLException {
		try (ResultSet rows = this.statement
			.executeQuery("select extract(epoch from current_setting('statement_timeout')::interval) * 1000")) {
			rows.next();
			return rows.getInt(1);
		}
	}

	private int limit(Duration budget) throws SQLException {
		return this.scopes.call(ScopeOptions.timeout(budget), (scope) -> limit());
	}

	@Test
	void serverIsToldWhatIsLeftOfTheBudget() throws SQLException {
		assertThat(limit(Duration.ofHours(1))).isBetween(3_500_000, 3_600_500);
	}

	@Test
	void limitEndsWithTheTransaction() throws SQLException {
		limit(Duration.ofHours(1));

		this.connection.commit();

		assertThat(limit()).isZero();
	}

	@Test
	void statementWithoutAScopeInTheSameTransactionHasNoLimit() throws SQLException {
		limit(Duration.ofHours(1));

		assertThat(limit()).isZero();
	}

	/** Clean-up in a shield, for instance. */
	@Test
	void longerBudgetInTheSameTransactionCounts() throws SQLException {
		limit(Duration.ofMinutes(1));

		assertThat(limit(Duration.ofHours(1))).isGreaterThan(3_500_000);
	}

	@Test
	void limitOfTheApplicationThatIsShorterStays() throws SQLException {
		this.statement.execute("set local statement_timeout = '50s'");

		assertThat(limit(Duration.ofHours(1))).isEqualTo(50_000);
		assertThat(limit(Duration.ofHours(2))).isEqualTo(50_000);
		assertThat(limit()).isEqualTo(50_000);
	}

	@Test
	void limitOfTheApplicationThatIsLongerIsRestored() throws SQLException {
		this.statement.execute("set local statement_timeout = '3h'");

		assertThat(limit(Duration.ofHours(1))).isLessThan(3_600_501);
		assertThat(limit()).isEqualTo(3 * 3_600_000);
	}

	@Test
	void savepointThatIsRolledBackTakesTheLimitAlong() throws SQLException {
		Savepoint savepoint = this.connection.setSavepoint();
		limit(Duration.ofHours(1));

		this.connection.rollback(savepoint);

		assertThat(limit(Duration.ofHours(1))).isGreaterThan(3_500_000);
	}

	@Test
	void outsideOfATransactionThereIsNone() throws SQLException {
		this.connection.setAutoCommit(true);

		assertThat(limit(Duration.ofHours(1))).isZero();
	}

	/** What is left of a process that was killed: a connection that is gone. */
	@Test
	void serverEndsTheStatementOfAClientThatIsGone() throws Exception {
		Connection own = this.connection.unwrap(org.postgresql.jdbc.PgConnection.class);
		FutureTask<Void> task = new FutureTask<>(() -> {
			this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(10)),
					(scope) -> this.statement.execute("select pg_sleep(3600)"));
			return null;
		});
		new Thread(task).start();
		this.postgres.awaitRunning("pg_sleep(3600)", 1);

		own.abort(Runnable::run);

		assertThat(task).failsWithin(Duration.ofSeconds(60));
		this.postgres.awaitRunning("pg_sleep(3600)", 0);
	}

}
