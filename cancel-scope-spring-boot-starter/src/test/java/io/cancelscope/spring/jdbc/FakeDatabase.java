package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.mockito.stubbing.Answer;

import org.springframework.jdbc.datasource.AbstractDataSource;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/**
 * A database and its driver that do what the test says: statements go on until the
 * connection is aborted, and cancels fail, for there is no connection left for them.
 */
class FakeDatabase extends AbstractDataSource {

	static final String ENDLESS = "select endless";

	final CountDownLatch executing = new CountDownLatch(1);

	/** What lets statements go on that nothing else ends. */
	final CountDownLatch released = new CountDownLatch(1);

	final AtomicInteger cancels = new AtomicInteger();

	final List<Connection> made = new ArrayList<>();

	/** Whether aborts do what they should. */
	volatile boolean aborts = true;

	/** Whether a statement returns a value when its connection is closed under it. */
	volatile boolean returnsWhenAborted;

	/**
	 * Each check of a connection takes one; {@code null} for as many as are asked for.
	 */
	volatile Semaphore checks;

	/** Who checked last. */
	volatile Thread checker;

	@Override
	public synchronized Connection getConnection() throws SQLException {
		Connection connection = mock(Connection.class, withSettings().stubOnly());
		CountDownLatch aborted = new CountDownLatch(1);
		Statement statement = statement(connection, aborted);
		given(connection.createStatement()).will((call) -> {
			failIfClosed(aborted);
			return statement;
		});
		given(connection.isClosed()).will((call) -> aborted.getCount() == 0);
		given(connection.getAutoCommit()).willReturn(true);
		given(connection.isValid(anyInt())).will((call) -> {
			Semaphore checks = this.checks;
			this.checker = Thread.currentThread();
			if (checks != null) {
				checks.acquireUninterruptibly();
			}
			return aborted.getCount() > 0;
		});
		Answer<Void> close = (call) -> {
			if (this.aborts) {
				aborted.countDown();
			}
			return null;
		};
		willAnswer(close).given(connection).abort(any());
		willAnswer(close).given(connection).close();
		willAnswer((call) -> {
			failIfClosed(aborted);
			return null;
		}).given(connection).clearWarnings();
		this.made.add(connection);
		return connection;
	}

	private Statement statement(Connection connection, CountDownLatch aborted) throws SQLException {
		Statement statement = mock(Statement.class, withSettings().stubOnly());
		ResultSet rows = mock(ResultSet.class, withSettings().stubOnly());
		given(statement.getConnection()).willReturn(connection);
		given(statement.executeQuery("select 1")).will((call) -> {
			failIfClosed(aborted);
			return rows;
		});
		given(statement.executeQuery(ENDLESS)).will((call) -> {
			this.executing.countDown();
			while (aborted.getCount() > 0 && this.released.getCount() > 0) {
				this.released.await(5, TimeUnit.MILLISECONDS);
			}
			if (!this.returnsWhenAborted) {
				failIfClosed(aborted);
			}
			return rows;
		});
		willAnswer((call) -> {
			this.cancels.incrementAndGet();
			throw new SQLException("Too many connections", "08004", 1040);
		}).given(statement).cancel();
		return statement;
	}

	private static void failIfClosed(CountDownLatch aborted) throws SQLException {
		if (aborted.getCount() == 0) {
			throw new SQLException("Connection is closed", "08003");
		}
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return getConnection();
	}

	/** For pools that want a driver. */
	Driver driver() throws SQLException {
		Driver driver = mock(Driver.class, withSettings().stubOnly());
		given(driver.acceptsURL(anyString())).willReturn(true);
		given(driver.connect(any(), any())).will((call) -> getConnection());
		return driver;
	}

}
