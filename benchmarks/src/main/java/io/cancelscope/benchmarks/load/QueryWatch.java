package io.cancelscope.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Asks the database every two milliseconds for what it executes, and tells which of the
 * errands' queries are there no more.
 */
public final class QueryWatch implements AutoCloseable {

	/** How the statements begin. */
	private static final String MARK = "select /* errand ";

	private static final String ACTIVE = "select split_part(query, ' ', 4) from pg_stat_activity"
			+ " where state = 'active' and query like '" + MARK + "%'";

	private final IntConsumer gone;

	private final Thread thread = new Thread(this::run, "query-watch");

	private final Connection connection;

	private volatile boolean closed;

	/**
	 * Begins to watch.
	 * @param connection a connection of its own, which it closes
	 * @param gone is told the number of a statement that is gone
	 */
	public QueryWatch(Connection connection, IntConsumer gone) {
		this.gone = gone;
		this.connection = connection;
		this.thread.start();
	}

	/**
	 * Returns a statement that is seen.
	 * @param id its number
	 * @param time how long it takes
	 * @return the SQL, which selects one number
	 */
	public static String statement(int id, Duration time) {
		return MARK + id + " */ 1 from pg_sleep(" + time.toMillis() / 1000.0 + ")";
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
