package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.jdbc.MariaDb.Driver;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A cancel that is aimed at the moment when a statement returns never hits the next one.
 * 1,000 rounds for each driver, or {@code -Dcancel-scope.races=5000}.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbRaceTests {

	private static final int ROUNDS = Integer.getInteger("cancel-scope.races", 1_000);

	private final CancelScopes scopes = CancelScopes.create();

	/*
	 * The race, on one connection:
	 *
	 * @formatter:off
	 * executing:  execute ────────────► returns | next statement
	 * cancelling:         cancel ─ new connection ─► kill query
	 * @formatter:on
	 *
	 * The server has no handshake: a kill that comes late is for whatever runs then.
	 */
	@ParameterizedTest
	@EnumSource
	void cancelAtTheMomentOfCompletionHitsNoOtherStatement(Driver driver) throws Exception {
		WatchedPool pool = MariaDb.shared().pool(driver, 1, Duration.ofSeconds(60));
		ExecutorService canceller = Executors.newSingleThreadExecutor();
		int stopped = 0;
		int hit = 0;
		try (pool; Connection connection = pool.connection(); Statement statement = connection.createStatement()) {
			int backend = number(statement, "select connection_id()");
			long took = duration(statement);
			for (int i = 0; i < ROUNDS; i++) {
				OpenScope scope = this.scopes.open(ScopeOptions.none());
				CyclicBarrier barrier = new CyclicBarrier(2);
				long aim = ThreadLocalRandom.current().nextLong(took);
				Future<?> cancel = canceller.submit(() -> {
					barrier.await();
					for (long start = System.nanoTime(); System.nanoTime() - start < aim;) {
						Thread.onSpinWait();
					}
					return scope.cancel();
				});
				try (scope) {
					barrier.await();
					number(statement, query());
				}
				catch (SQLTimeoutException ex) {
					stopped++;
				}
				try {
					assertThat(number(statement, "select connection_id()")).isEqualTo(backend);
				}
				catch (SQLException ex) {
					hit++;
				}
				cancel.get();
			}
		}
		finally {
			canceller.shutdown();
		}
		System.out.printf("%s: %d races, %d stopped, %d next statements hit%n", driver, ROUNDS, stopped, hit);
		assertThat(hit).as("next statements hit").isZero();
		assertThat(stopped).as("statements stopped").isPositive();
	}

	private static String query() {
		return "select count(*) from seq_1_to_20000 a where a.seq % 7 = 3";
	}

	private static long duration(Statement statement) throws SQLException {
		long best = Long.MAX_VALUE;
		for (int i = 0; i < 50; i++) {
			long start = System.nanoTime();
			number(statement, query());
			best = Math.min(best, System.nanoTime() - start);
		}
		return best;
	}

	private static int number(Statement statement, String query) throws SQLException {
		try (ResultSet rows = statement.executeQuery(query)) {
			rows.next();
			return rows.getInt(1);
		}
	}

}
