package io.cancelscope.spring.jdbc;

import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A statement of work that a service has left behind ends in the server, too.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OutlivingPostgresTests {

	private static final String SLEEP = "pg_sleep(61)";

	private static final Duration SOON = Duration.ofSeconds(30);

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void statementEndsWithTheRequestAroundTheServiceThatStartedIt() throws Exception {
		Postgres postgres = Postgres.shared();
		WatchedPool pool = postgres.pool(1, Duration.ofSeconds(30));
		try (pool) {
			int backend = pool.backend();
			OpenScope request = this.scopes.open(ScopeOptions.named("request"));
			try (request) {
				OpenScope order = this.scopes.open(ScopeOptions.named("order"));
				FutureTask<Integer> mail = start(order, () -> pool.number("select 1 from " + SLEEP));
				postgres.awaitRunning(SLEEP, 1);
				order.close();

				request.cancel("the client is gone");

				assertThat(mail).failsWithin(SOON)
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(SQLTimeoutException.class)
					.withCauseInstanceOf(ScopeCancelledException.class)
					.withMessageEndingWith("the client is gone");
			}

			assertThat(postgres.running(SLEEP)).isZero();
			assertThat(pool.backend()).isEqualTo(backend);
			pool.awaitFull();
		}
	}

	private static FutureTask<Integer> start(OpenScope scope, Callable<Integer> statement) {
		FutureTask<Integer> task = new FutureTask<>(statement);
		new Thread(scope.wrap((Runnable) task), "mail").start();
		return task;
	}

}
