package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.h2.jdbcx.JdbcDataSource;

/**
 * How long after the deadline a statement that would go on for a minute ends, with the
 * exception at the caller. Not a test; how to run it is told in docs/reference/jdbc.md.
 */
public final class CancelFigures {

	private static final int TIMES = 200;

	private static final Duration BUDGET = Duration.ofMillis(50);

	private CancelFigures() {
	}

	/**
	 * Prints the figures.
	 * @param arguments none
	 * @throws Exception if a database fails
	 */
	public static void main(String[] arguments) throws Exception {
		JdbcDataSource h2 = new JdbcDataSource();
		h2.setUrl("jdbc:h2:mem:");
		CancelScopeJdbcProperties properties = JdbcSettings.defaults();
		print("H2 in memory", ScopeAwareConnection.of(h2.getConnection(), properties), StatementCancelTests.SLOW);
		Postgres postgres = Postgres.start();
		WatchedPool pool = postgres.pool(1, Duration.ofSeconds(5));
		try (postgres; pool) {
			print("PostgreSQL on this machine", pool.connection(), "select pg_sleep(60)");
		}
	}

	private static void print(String name, Connection connection, String query) throws SQLException {
		CancelScopes scopes = CancelScopes.create();
		long[] late = new long[TIMES];
		try (connection; Statement statement = connection.createStatement()) {
			for (int i = -20; i < TIMES; i++) {
				long due = System.nanoTime() + BUDGET.toNanos();
				OpenScope scope = scopes.open(ScopeOptions.timeout(BUDGET));
				try (scope) {
					statement.execute(query);
				}
				catch (SQLTimeoutException ex) {
					late[Math.max(i, 0)] = (System.nanoTime() - due) / 1_000;
				}
			}
		}
		Arrays.sort(late);
		System.out.printf("%-28s median %6d µs, 99 %% below %6d µs, worst %6d µs%n", name, late[TIMES / 2],
				late[TIMES * 99 / 100], late[TIMES - 1]);
	}

}
