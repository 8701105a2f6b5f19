package io.cancelscope.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * Asks the database every two milliseconds for what it executes, and tells which of the
 * errands' queries are there no more.
 */
final class QueryWatch implements AutoCloseable {

	private static final String ACTIVE = "select split_part(query, ' ', 4) from pg_stat_activity"
			+ " where state = 'active' and query like '" + Errands.MARK + "%'";

	private final IntConsumer gone;

	private final Thread thread = new Thread(this::run, "query-watch");

	private final Connection connection;

	private volatile boolean closed;

	QueryWatch(EmbeddedPostgres database, IntConsumer gone) throws SQLException {
		this.gone = gone;
		this.connection = database.getPostgresDatabase().getConnection();
		this.thread.start();
	}

	private void run() {
		Set<Integer> before = Set.of();
		try (PreparedStatement statement = this.connection.prepareStatement(ACTIVE)) {
			while (!this.closed) {
				Set<Integer> active = active(statement);
				before.stream().filter((id) -> !active.contains(id)).forEach(this.gone::accept);
				before = active;
				LockSupport.parkNanos(2_000_000);
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The database can't be watched", ex);
		}
	}

	private static Set<Integer> active(PreparedStatement statement) throws SQLException {
		Set<Integer> active = new HashSet<>();
		try (ResultSet rows = statement.executeQuery()) {
			while (rows.next()) {
				active.add(rows.getInt(1));
			}
		}
		return active;
	}

	@Override
	public void close() throws SQLException {
		this.closed = true;
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.connection.close();
	}

}
