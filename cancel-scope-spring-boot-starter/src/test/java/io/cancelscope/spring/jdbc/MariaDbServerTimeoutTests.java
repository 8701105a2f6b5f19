package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * MariaDB is told the deadline of a scope with each statement, and nothing of it stays on
 * the connection.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbServerTimeoutTests {

	private static final String LIMIT = "select @@max_statement_time";

	private final CancelScopes scopes = CancelScopes.create();

	private MariaDb server;

	private WatchedPool pool;

	@BeforeEach
	void connect() throws Exception {
		this.server = MariaDb.shared();
		this.pool = this.server.pool(MariaDb.Driver.MARIADB, 1, JdbcSettings.serverTimeout());
	}

	@AfterEach
	void nothingStaysOnTheConnection() throws SQLException {
		assertThat(this.pool.number(LIMIT)).isZero();
		this.pool.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void serverIsToldWhatIsLeftOfTheBudget(boolean preparedByTheServer) throws SQLException {
		WatchedPool pool = this.server.pool(MariaDb.Driver.MARIADB, 1, JdbcSettings.serverTimeout(),
				"useServerPrepStmts=" + preparedByTheServer);
		try (pool;
				Connection connection = pool.connection();
				PreparedStatement statement = connection.prepareStatement(LIMIT)) {
			assertThat(limit(statement)).isZero();
			int limit = this.scopes.call(ScopeOptions.timeout(Duration.ofHours(1)), (scope) -> limit(statement));

			assertThat(limit).isBetween(3_500, 3_601);
			assertThat(limit(statement)).isZero();
			assertThat(statement.getQueryTimeout()).isZero();
		}
	}

	private static int limit(PreparedStatement statement) throws SQLException {
		try (ResultSet rows = statement.executeQuery()) {
			rows.next();
			return rows.getInt(1);
		}
	}

	@Test
	void shorterTimeoutOfTheApplicationStays() throws SQLException {
		try (Connection connection = this.pool.connection();
				PreparedStatement statement = connection.prepareStatement(LIMIT)) {
			statement.setQueryTimeout(50);

			int limit = this.scopes.call(ScopeOptions.timeout(Duration.ofHours(1)), (scope) -> limit(statement));

			assertThat(limit).isEqualTo(50);
			assertThat(statement.getQueryTimeout()).isEqualTo(50);
		}
	}

	/** What is left of a process that was killed: a connection that is gone. */
	@Test
	void serverEndsTheStatementOfAClientThatIsGone() throws Exception {
		int backend = this.pool.backend();
		try (Connection connection = this.pool.connection(); Statement statement = connection.createStatement()) {
			FutureTask<Void> task = new FutureTask<>(() -> {
				this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(10)),
						(scope) -> statement.execute(MariaDbTests.SLOW));
				return null;
			});
			new Thread(task).start();
			this.server.awaitBusy(backend, true);

			MariaDbSocket.close(connection.unwrap(org.mariadb.jdbc.Connection.class));

			assertThat(task).failsWithin(Duration.ofSeconds(60));
		}
		this.server.awaitBusy(backend, false);
	}

}
