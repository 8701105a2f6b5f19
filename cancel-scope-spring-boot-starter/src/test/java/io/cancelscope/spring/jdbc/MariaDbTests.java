package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.jdbc.MariaDb.Driver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Statements of each kind stop on a real MariaDB, by its own driver and by MySQL's, and
 * their connection goes back in good health.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbTests {

	/** Takes days. */
	static final String SLOW = "select count(*) from seq_1_to_10000000 a join seq_1_to_10000000 b";

	private static final String RUNNING = "seq_1_to_10000000";

	private final CancelScopes scopes = CancelScopes.create();

	private MariaDb server;

	@BeforeEach
	void startOnce() throws Exception {
		this.server = MariaDb.shared();
	}

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	/** Stops it while it runs, and looks at the next statement of the same connection. */
	private void stops(Driver driver, Preparation preparation, String... settings) throws Exception {
		WatchedPool pool = this.server.pool(driver, 1, Duration.ofSeconds(60), settings);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (pool; scope) {
			int backend = pool.backend();
			try (Connection connection = pool.connection()) {
				FutureTask<Void> task = start(scope, preparation.prepare(connection));
				this.server.awaitBusy(backend, true);

				scope.cancel("the client is gone");

				assertThat(task).failsWithin(Duration.ofSeconds(60))
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(SQLTimeoutException.class)
					.withMessage("The statement was cancelled: scope 'report' was cancelled: the client is gone")
					.satisfies((ex) -> assertThat(((SQLException) ex).getSQLState()).isEqualTo("57014"))
					.satisfies((ex) -> assertThat(((SQLException) ex.getSuppressed()[0]).getSQLState()).isIn(null,
							"70100"))
					.withCauseInstanceOf(ScopeCancelledException.class);
			}
			this.server.awaitBusy(backend, false);
			assertThat(pool.backend()).isEqualTo(backend);
			pool.awaitFull();
		}
	}

	private static FutureTask<Void> start(OpenScope scope, Work work) {
		FutureTask<Void> task = new FutureTask<>(() -> {
			work.run();
			return null;
		});
		new Thread(scope.wrap((Runnable) task)).start();
		return task;
	}

	@ParameterizedTest
	@EnumSource
	void query(Driver driver) throws Exception {
		stops(driver, (connection) -> {
			Statement statement = connection.createStatement();
			return () -> statement.executeQuery(SLOW);
		});
	}

	@ParameterizedTest
	@EnumSource
	void preparedQuery(Driver driver) throws Exception {
		stops(driver, MariaDbTests::preparedQuery);
	}

	@ParameterizedTest
	@EnumSource
	void queryThatTheServerPrepares(Driver driver) throws Exception {
		stops(driver, MariaDbTests::preparedQuery, "useServerPrepStmts=true");
	}

	private static Work preparedQuery(Connection connection) throws SQLException {
		PreparedStatement statement = connection.prepareStatement(SLOW + " where a.seq > ?");
		statement.setInt(1, 1);
		return statement::executeQuery;
	}

	@ParameterizedTest
	@EnumSource
	void update(Driver driver) throws Exception {
		stops(driver, (connection) -> {
			Statement statement = sums(connection);
			return () -> statement.executeUpdate("insert into sums " + SLOW);
		});
	}

	@ParameterizedTest
	@EnumSource
	void batch(Driver driver) throws Exception {
		stops(driver, (connection) -> {
			Statement statement = sums(connection);
			statement.addBatch("insert into sums values (1)");
			statement.addBatch("insert into sums " + SLOW);
			statement.addBatch("insert into sums values (2)");
			return statement::executeBatch;
		});
	}

	@ParameterizedTest
	@EnumSource
	void preparedBatch(Driver driver) throws Exception {
		stops(driver, (connection) -> {
			sums(connection);
			PreparedStatement statement = connection.prepareStatement("insert into sums " + SLOW + " where a.seq < ?");
			for (int below : new int[] { 1, 10_000_000, 1 }) {
				statement.setInt(1, below);
				statement.addBatch();
			}
			return statement::executeBatch;
		}, "useBulkStmts=false"); // MariaDB 11.4 takes no such insert in bulk
	}

	private static Statement sums(Connection connection) throws SQLException {
		Statement statement = connection.createStatement();
		statement.executeUpdate("create temporary table sums (total bigint)");
		return statement;
	}

	@ParameterizedTest
	@EnumSource
	void procedure(Driver driver) throws Exception {
		stops(driver, (connection) -> {
			connection.createStatement().execute("create or replace procedure slow() begin " + SLOW + "; end");
			return connection.prepareCall("{call slow()}")::execute;
		});
	}

	@ParameterizedTest
	@EnumSource
	void waitForALock(Driver driver) throws Exception {
		WatchedPool pool = this.server.pool(driver, 1, Duration.ofSeconds(60));
		try (pool; Connection holder = pool.connection(); Statement lock = holder.createStatement()) {
			lock.execute("create or replace table accounts (id int primary key)");
			lock.execute("insert into accounts values (1)");
			holder.setAutoCommit(false);
			lock.execute("select * from accounts for update");

			stops(driver, (connection) -> {
				Statement statement = connection.createStatement();
				return () -> statement.executeUpdate("update accounts set id = 2 where id = 1");
			});

			holder.rollback();
		}
	}

	/**
	 * A row of 100 kB leaves the server at once, so the driver returns from execute. What
	 * goes on then MySQL's driver does not cancel: the connection is aborted, and the
	 * server hears of that when it sends the next row.
	 */
	@ParameterizedTest
	@EnumSource
	void rowsThatAreStreamed(Driver driver) throws Exception {
		boolean cancels = driver == Driver.MARIADB;
		WatchedPool pool = this.server.pool(driver, 1, Duration.ofMillis(cancels ? 60_000 : 500));
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (pool; scope) {
			try (Connection connection = pool.connection(); Statement statement = connection.createStatement()) {
				statement.setFetchSize(driver.streaming());
				CountDownLatch first = new CountDownLatch(1);
				FutureTask<Void> task = start(scope, () -> {
					ResultSet rows = statement.executeQuery(
							"select s.seq, repeat('x', 100000), (" + SLOW + " where s.seq = 2) from seq_1_to_2 s");
					rows.next();
					first.countDown();
					rows.next();
				});
				first.await();

				scope.cancel("the client is gone");

				assertThat(task).failsWithin(Duration.ofSeconds(60))
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(SQLTimeoutException.class)
					.withMessage("The rows were not read: scope 'report' was cancelled: the client is gone")
					.withCauseInstanceOf(ScopeCancelledException.class);
			}
			if (!cancels) {
				this.server.killRunning(RUNNING);
			}
			this.server.awaitEnd(RUNNING);
			assertThat(pool.number("select 7")).isEqualTo(7);
			pool.awaitFull();
		}
	}

	@FunctionalInterface
	interface Preparation {

		Work prepare(Connection connection) throws SQLException;

	}

	@FunctionalInterface
	interface Work {

		void run() throws SQLException;

	}

}
