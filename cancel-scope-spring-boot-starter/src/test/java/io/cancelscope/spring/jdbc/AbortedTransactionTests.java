package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;

import javax.sql.DataSource;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A transaction manager rolls back what failed, and reports a rollback that fails instead
 * of that: after an abort none does.
 */
@Timeout(60)
class AbortedTransactionTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final FakeDatabase database = new FakeDatabase();

	@AfterEach
	void nothingIsLeftBehind() {
		this.database.released.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	@ParameterizedTest
	@EnumSource
	void rollbackAfterAnAbortHidesNothing(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);
		raw.getConnection().close();
		DataSource pool = JdbcSettings.watched(raw, JdbcSettings.abortAfter(Duration.ofMillis(50)));

		assertThatExceptionOfType(SQLTimeoutException.class)
			.isThrownBy(
					() -> this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(50)), (scope) -> transaction(pool)))
			.withCauseInstanceOf(DeadlineExceededException.class);

		FakePool.close(raw);
	}

	@ParameterizedTest
	@EnumSource(names = { "HIKARI", "DBCP2" })
	void rollbackOfAConnectionThatIsClosedFailsAsEver(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);
		DataSource pool = JdbcSettings.watched(raw, JdbcSettings.abortAfter(Duration.ofMillis(50)));
		Connection connection = pool.getConnection();
		connection.close();

		assertThat(catchThrowable(connection::rollback)).isInstanceOf(SQLException.class);
		FakePool.close(raw);
	}

	private static void transaction(DataSource pool) throws SQLException {
		try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			try {
				statement.executeQuery(FakeDatabase.ENDLESS);
				connection.commit();
			}
			catch (SQLException ex) {
				connection.rollback();
				throw ex;
			}
		}
	}

}
