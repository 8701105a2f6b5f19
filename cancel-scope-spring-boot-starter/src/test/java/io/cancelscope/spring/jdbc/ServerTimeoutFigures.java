package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;

/**
 * What it costs to tell the server the deadline: microseconds for a transaction of five
 * statements. Not a test; how to run it is told in
 * docs/decisions/0007-deadline-in-the-server.md.
 */
public final class ServerTimeoutFigures {

	private static final int ROUNDS = 9;

	private static final int TRANSACTIONS = 300;

	private static final int STATEMENTS = 5;

	private ServerTimeoutFigures() {
	}

	/**
	 * Prints the figures.
	 * @param arguments none
	 * @throws Exception if a database fails
	 */
	public static void main(String[] arguments) throws Exception {
		CancelScopeJdbcProperties off = JdbcSettings.defaults();
		CancelScopeJdbcProperties on = JdbcSettings.serverTimeout();
		Postgres postgres = Postgres.start();
		try (postgres; WatchedPool without = postgres.pool(1, off); WatchedPool with = postgres.pool(1, on)) {
			compare("PostgreSQL", without.watched()::getConnection, with.watched()::getConnection);
		}
		MariaDb mariaDb = MariaDb.start();
		try (mariaDb;
				WatchedPool without = mariaDb.pool(MariaDb.Driver.MARIADB, 1, off);
				WatchedPool with = mariaDb.pool(MariaDb.Driver.MARIADB, 1, on)) {
			compare("MariaDB", without.watched()::getConnection, with.watched()::getConnection);
		}
	}

	private static void compare(String name, Source without, Source with) throws SQLException {
		long[] off = new long[ROUNDS];
		long[] on = new long[ROUNDS];
		for (int round = -1; round < ROUNDS; round++) {
			off[Math.max(round, 0)] = measure(without);
			on[Math.max(round, 0)] = measure(with);
		}
		Arrays.sort(off);
		Arrays.sort(on);
		System.out.printf("%-12s off %6d µs, on %6d µs%n", name, off[ROUNDS / 2], on[ROUNDS / 2]);
	}

	private static long measure(Source source) throws SQLException {
		CancelScopes scopes = CancelScopes.create();
		long start = System.nanoTime();
		for (int i = 0; i < TRANSACTIONS; i++) {
			OpenScope scope = scopes.open(ScopeOptions.timeout(Duration.ofMinutes(10)));
			try (scope;
					Connection connection = source.getConnection();
					Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				for (int j = 0; j < STATEMENTS; j++) {
					statement.executeQuery("select 1").close();
				}
				connection.commit();
			}
		}
		return (System.nanoTime() - start) / 1_000 / TRANSACTIONS;
	}

	@FunctionalInterface
	private interface Source {

		Connection getConnection() throws SQLException;

	}

}
