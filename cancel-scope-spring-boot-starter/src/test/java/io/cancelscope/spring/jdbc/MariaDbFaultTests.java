package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.jdbc.MariaDb.Driver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A MariaDB with no connection left for a cancel.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MariaDbFaultTests {

	private final CancelScopes scopes = CancelScopes.create();

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await()
			.atMost(Duration.ofSeconds(40))
			.untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	@DisabledForJreRange(min = JRE.JAVA_18,
			disabledReason = "how a server fails does not depend on the JDK: 17 has this one, a newer JDK PostgreSQL")
	@ParameterizedTest
	@EnumSource
	void statementEndsByTheAbortWhereNoConnectionIsLeftForTheCancel(Driver driver) throws Exception {
		MariaDb server = MariaDb.start("--max-connections=10");
		WatchedPool pool = server.pool(driver, 2, Duration.ofMillis(300));
		try (server; pool) {
			pool.awaitFull();
			WatchedPool others = server.pool(driver, 8, Duration.ofSeconds(60));
			try (others) {
				List<Connection> taken = takeAll(others);

				long start = System.nanoTime();
				assertThatExceptionOfType(SQLTimeoutException.class)
					.isThrownBy(() -> this.scopes.run(ScopeOptions.named("report").withTimeout(Duration.ofMillis(300)),
							(scope) -> pool.number(MariaDbTests.SLOW)))
					.withMessage("The statement was cancelled: scope 'report' (300ms) exceeded its deadline")
					.withCauseInstanceOf(DeadlineExceededException.class);
				System.out.printf("%s at max_connections: %d ms of 300 + 300%n", driver,
						(System.nanoTime() - start) / 1_000_000);

				for (Connection connection : taken) {
					connection.close();
				}
			}
			pool.awaitFull();
			assertThat(pool.number("select 7")).isEqualTo(7);
		}
	}

	/** What the library assumes of the driver, which has no other way. */
	@Test
	void socketOfTheDriverIsFound() throws Exception {
		WatchedPool pool = MariaDb.shared().pool(Driver.MARIADB, 1, Duration.ofSeconds(60));
		try (pool; Connection connection = pool.connection()) {
			assertThat(MariaDbSocket.find(connection.unwrap(org.mariadb.jdbc.Connection.class))).isNotNull();
		}
	}

	private static List<Connection> takeAll(WatchedPool pool) throws SQLException {
		List<Connection> taken = new ArrayList<>();
		for (int i = 0; i < pool.raw().getMaximumPoolSize(); i++) {
			taken.add(pool.connection());
		}
		return taken;
	}

}
