package io.cancelscope.demo.chain;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import javax.sql.DataSource;

/**
 * Asks the database every two milliseconds whether it executes the query of the third
 * service.
 */
final class QueryWatch implements AutoCloseable {

	private static final String ACTIVE = "select count(*) from pg_stat_activity where state = 'active' and query like '"
			+ FareService.MARK + "%'";

	private static final long BETWEEN = 2_000_000;

	private final Connection connection;

	private final Ledger ledger;

	private final Thread thread = new Thread(this::run, "query-watch");

	private final CountDownLatch first = new CountDownLatch(1);

	private volatile boolean closed;

	private QueryWatch(Connection connection, Ledger ledger) {
		this.connection = connection;
		this.ledger = ledger;
	}

	static QueryWatch start(DataSource database, Ledger ledger) {
		try {
			QueryWatch watch = new QueryWatch(database.getConnection(), ledger);
			watch.thread.setDaemon(true);
			watch.thread.start();
			return watch;
		}
		catch (SQLException ex) {
			throw broken(ex);
		}
	}

	/** Waits until it has asked once. */
	void awaitFirst() throws InterruptedException {
		this.first.await();
		this.ledger.checkFailure();
	}

	private void run() {
		boolean before = false;
		try (PreparedStatement statement = this.connection.prepareStatement(ACTIVE)) {
			while (!this.closed) {
				boolean now = isActive(statement);
				if (now && !before) {
					this.ledger.began(Place.QUERY);
				}
				else if (before && !now) {
					this.ledger.ended(Place.QUERY);
				}
				before = now;
				this.first.countDown();
				LockSupport.parkNanos(BETWEEN);
			}
		}
		catch (SQLException ex) {
			if (!this.closed) {
				this.ledger.fail(broken(ex));
			}
		}
		finally {
			this.first.countDown();
		}
	}

	private static boolean isActive(PreparedStatement statement) throws SQLException {
		try (ResultSet rows = statement.executeQuery()) {
			rows.next();
			return rows.getInt(1) > 0;
		}
	}

	private static ChainException broken(SQLException ex) {
		return new ChainException("The database can't be asked what it executes: " + ex.getMessage() + ".", ex);
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
