package io.cancelscope.spring.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The database fails while a statement runs. Each test has a server of its own.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@EnabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "how a server fails does not depend on the JDK: a newer one has this one, 17 MariaDB")
class PostgresFaultTests {

	private final CancelScopes scopes = CancelScopes.create();

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	private FutureTask<Integer> execute(WatchedPool pool, OpenScope scope) {
		FutureTask<Integer> task = new FutureTask<>(() -> {
			CancelScope.Registration attachment = scope.attach();
			try (attachment) {
				return pool.number("select 1 from pg_sleep(60)");
			}
		});
		new Thread(task).start();
		return task;
	}

	@Test
	void databaseThatIsKilledIsReportedAsWhatItIs() throws Exception {
		Postgres postgres = Postgres.start();
		WatchedPool pool = postgres.pool(2, Duration.ofSeconds(30));
		try (postgres; pool) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
			FutureTask<Integer> executing = execute(pool, scope);
			postgres.awaitRunning("pg_sleep(60)", 1);

			postgres.signal("KILL");

			assertThat(executing).failsWithin(Duration.ofSeconds(30))
				.withThrowableThat()
				.satisfies((ex) -> assertThat(ex.getCause()).isInstanceOf(SQLException.class))
				.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNull());
			scope.close();
			postgres.restart();
			pool.awaitFull();
			assertThat(pool.number("select 3")).isEqualTo(3);
		}
	}

	/**
	 * Nothing can interrupt a read from a socket, but closing the socket ends it, while
	 * the cancel still waits for an answer.
	 */
	@Test
	void databaseThatIsFrozenIsGivenUpAfterTheGracePeriod() throws Exception {
		Postgres postgres = Postgres.start();
		WatchedPool pool = postgres.pool(2, Duration.ofMillis(700));
		try (postgres; pool) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
			FutureTask<Integer> executing = execute(pool, scope);
			postgres.awaitRunning("pg_sleep(60)", 1);

			postgres.signal("STOP");
			try {
				scope.cancel("it takes too long");

				assertThat(executing).failsWithin(Duration.ofSeconds(30))
					.withThrowableThat()
					.withCauseInstanceOf(SQLTimeoutException.class)
					.withRootCauseInstanceOf(ScopeCancelledException.class);
			}
			finally {
				postgres.signal("CONT");
			}
			scope.close();
			pool.awaitFull();
			assertThat(pool.number("select 3")).isEqualTo(3);
		}
	}

	@Test
	void frozenDatabaseThatGoesOnInTimeKeepsItsConnection() throws Exception {
		Postgres postgres = Postgres.start();
		WatchedPool pool = postgres.pool(1, Duration.ZERO);
		try (postgres; pool) {
			int backend = pool.backend();
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
			FutureTask<Integer> executing = execute(pool, scope);
			postgres.awaitRunning("pg_sleep(60)", 1);

			postgres.signal("STOP");
			scope.cancel("it takes too long");
			postgres.signal("CONT");

			assertThat(executing).failsWithin(Duration.ofSeconds(30))
				.withThrowableThat()
				.withCauseInstanceOf(SQLTimeoutException.class);
			scope.close();
			assertThat(pool.backend()).isEqualTo(backend);
		}
	}

}
