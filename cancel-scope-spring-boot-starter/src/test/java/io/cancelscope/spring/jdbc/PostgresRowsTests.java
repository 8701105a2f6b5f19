package io.cancelscope.spring.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Rows that PostgreSQL computes while they are fetched are stopped, too.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PostgresRowsTests {

	private static final String SECOND_ROW_IS_SLOW = "select g, pg_sleep(case g when 1 then 0 else 62 end)"
			+ " from generate_series(1, 2) g";

	private final CancelScopes scopes = CancelScopes.create();

	private Postgres postgres;

	@BeforeEach
	void startOnce() throws IOException {
		this.postgres = Postgres.shared();
	}

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	@Test
	void waitForTheNextRowIsEnded() throws SQLException {
		WatchedPool pool = this.postgres.pool(1, Duration.ofSeconds(30));
		try (pool) {
			int backend = pool.backend();
			try (Connection connection = pool.connection(); Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				statement.setFetchSize(1);

				this.scopes.run(ScopeOptions.named("report").withTimeout(Duration.ofSeconds(3)), (scope) -> {
					ResultSet rows = statement.executeQuery(SECOND_ROW_IS_SLOW);
					assertThat(rows.next()).isTrue();
					assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(rows::next)
						.withMessage("The rows were not read: scope 'report' (3s) exceeded its deadline")
						.withCauseInstanceOf(DeadlineExceededException.class);
				});
				connection.rollback();
			}

			assertThat(this.postgres.running("pg_sleep(case")).isZero();
			assertThat(pool.backend()).isEqualTo(backend);
		}
	}

	@Test
	void rowsThatAreFetchedAlreadyAreReadToTheirEnd() throws SQLException {
		WatchedPool pool = this.postgres.pool(1, Duration.ofSeconds(30));
		try (pool; Connection connection = pool.connection(); Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.setFetchSize(100);

			int sum = this.scopes.call(ScopeOptions.none(), (scope) -> {
				ResultSet rows = statement.executeQuery("select g from generate_series(1, 1000) g");
				scope.cancel();
				int total = 0;
				while (rows.next()) {
					total += rows.getInt(1);
				}
				return total;
			});

			assertThat(sum).isEqualTo(500_500);
			connection.rollback();
		}
	}

}
