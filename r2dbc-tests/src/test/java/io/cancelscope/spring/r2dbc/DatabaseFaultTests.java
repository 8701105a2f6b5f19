package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A database that does not answer, or dies, holds up no caller, and the pool recovers.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatabaseFaultTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final CancelScopes scopes = CancelScopes.create();

	@ParameterizedTest
	@EnumSource(Driver.class)
	void callerOfAFrozenDatabaseGetsItsException(Driver driver) throws Exception {
		Database database = driver.database();
		WatchedPool pool = new WatchedPool(database, 1, Duration.ofMillis(300));
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (pool; scope) {
			pool.backend();
			CompletableFuture<Integer> caller = pool.number(database.sleep().replace("(61)", "(2)"))
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.toFuture();
			database.awaitRunning(1);
			database.signal("STOP");
			try {
				scope.reschedule(Duration.ZERO);

				assertThat(catchThrowable(() -> caller.get(SOON.toSeconds(), TimeUnit.SECONDS)))
					.hasRootCauseInstanceOf(DeadlineExceededException.class);
				if (driver != Driver.MYSQL) {
					// The driver for MySQL cannot close a connection without its server.
					pool.awaitFull();
				}
			}
			finally {
				database.signal("CONT");
			}
			assertThat(pool.number("select 11").block(SOON)).isEqualTo(11);
			pool.awaitFull();
			database.awaitRunning(0);
		}
	}

	@Test
	void poolRecoversFromADatabaseThatWasKilled() throws Exception {
		Postgres database = Postgres.start();
		WatchedPool pool = new WatchedPool(database, 2);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (database; pool; scope) {
			CompletableFuture<Integer> caller = pool.number(database.sleep())
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.toFuture();
			database.awaitRunning(1);
			database.signal("KILL");

			Throwable failure = catchThrowable(() -> caller.get(SOON.toSeconds(), TimeUnit.SECONDS));
			assertThat(failure).isNotNull();
			assertThat(ScopeCancelledException.findIn(failure)).isNull();
			pool.awaitFull();

			database.restart();
			Awaitility.await().atMost(SOON).ignoreExceptions().until(() -> pool.number("select 3").block(SOON) == 3);
			pool.awaitFull();
		}
	}

	/** The driver of another database, as far as the library can tell. */
	@Test
	void connectionOfAnUnknownDriverIsNotGivenBackBeforeItsStatementHasEnded() throws Exception {
		Postgres database = Postgres.shared();
		ConnectionFactory driver = database.driver();
		Database unknown = (Database) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Database.class }, (proxy, method, arguments) -> method.getName().equals("driver")
						? new UnknownDriver(driver) : method.invoke(database, arguments));
		WatchedPool pool = new WatchedPool(unknown, 1);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (pool; scope) {
			int backend = pool.backend();
			CompletableFuture<Integer> caller = pool.number("select 1 from pg_sleep(1)")
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.toFuture();
			database.awaitRunning(1);
			scope.cancel("not needed");

			assertThat(catchThrowable(() -> caller.get(SOON.toSeconds(), TimeUnit.SECONDS)))
				.hasRootCauseInstanceOf(ScopeCancelledException.class);
			assertThat(pool.backend()).isEqualTo(backend);
			assertThat(database.running()).isZero();
		}
	}

	private record UnknownDriver(ConnectionFactory driver) implements ConnectionFactory {

		@Override
		public Publisher<? extends Connection> create() {
			return Mono.from(this.driver.create()).map(UnknownDriver::hidden);
		}

		private static Connection hidden(Connection connection) {
			return (Connection) Proxy.newProxyInstance(UnknownDriver.class.getClassLoader(),
					new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
						try {
							return method.invoke(connection, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getTargetException();
						}
					});
		}

		@Override
		public ConnectionFactoryMetadata getMetadata() {
			return this.driver.getMetadata();
		}

	}

}
