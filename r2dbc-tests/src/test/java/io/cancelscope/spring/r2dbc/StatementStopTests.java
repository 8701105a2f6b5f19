package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Each kind of statement is stopped at its database for each cause, and its connection is
 * the next caller's.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatementStopTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final List<String> TABLE = new ArrayList<>();

	private final CancelScopes scopes = CancelScopes.create();

	@AfterAll
	static void print() {
		System.out.println("driver      statement    cause       ended after  connection  server idle after");
		TABLE.forEach(System.out::println);
	}

	static Stream<Arguments> all() {
		return Stream.of(Driver.values())
			.flatMap((driver) -> Stream.of(Kind.values())
				.flatMap((kind) -> Stream.of(Cause.values()).map((cause) -> Arguments.of(driver, kind, cause))));
	}

	@ParameterizedTest
	@MethodSource("all")
	void statementIsStopped(Driver driver, Kind kind, Cause cause) throws Exception {
		Database database = driver.database();
		database.execute("drop table if exists item");
		database.execute("create table item (n int)");
		database.execute("insert into item values (1)");
		WatchedPool pool = new WatchedPool(database, 1);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (pool; scope) {
			int backend = pool.backend();
			CompletableFuture<Throwable> ended = new CompletableFuture<>();
			Disposable subscription = kind.execute(pool, database)
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.doOnCancel(() -> ended.complete(new TimeoutException()))
				.subscribe((nothing) -> {
				}, ended::complete, () -> ended.complete(new AssertionError("not stopped")));
			database.awaitRunning(1);

			long start = System.nanoTime();
			cause.happen(scope, subscription);
			Throwable failure = ended.get(SOON.toSeconds(), TimeUnit.SECONDS);
			long told = System.nanoTime();
			database.awaitRunning(0);
			long idle = System.nanoTime();

			cause.check(failure);
			assertThat(pool.backend()).isEqualTo(backend);
			pool.awaitFull();
			assertThat(database.number("select max(n) from item")).isEqualTo(1);
			TABLE.add(String.format(Locale.ROOT, "%-11s %-12s %-11s %8.1f ms  kept        %8.1f ms", driver, kind,
					cause, (told - start) / 1e6, (idle - start) / 1e6));
		}
	}

	/**
	 * On a busy machine the database may answer too late for that, but not every time.
	 */
	@ParameterizedTest
	@EnumSource(Driver.class)
	void exceptionHasTheDriversWithIt(Driver driver) throws Exception {
		Database database = driver.database();
		try (WatchedPool pool = new WatchedPool(database, 1)) {
			Throwable failure = failureOfSleeping(database, pool);
			for (int i = 1; i < 40 && !hasTheDrivers(failure); i++) {
				failure = failureOfSleeping(database, pool);
			}

			assertThat(failure).matches(StatementStopTests::hasTheDrivers, "has the driver's exception with it");
			assertThat(pool.backend()).isPositive();
		}
	}

	private Throwable failureOfSleeping(Database database, WatchedPool pool) throws Exception {
		assertThat(pool.backend()).isPositive();
		try (OpenScope scope = this.scopes
			.openUnbound(ScopeOptions.named("report").withTimeout(Duration.ofMillis(150)))) {
			Throwable failure = catchThrowable(() -> pool.number(database.sleep())
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON));
			assertThat(failure).isInstanceOf(DeadlineExceededException.class)
				.hasMessageContaining("exceeded its deadline");
			return failure;
		}
	}

	private static boolean hasTheDrivers(Throwable failure) {
		return Arrays.stream(failure.getSuppressed()).anyMatch(R2dbcException.class::isInstance);
	}

	@ParameterizedTest
	@EnumSource(Driver.class)
	void cancelledScopeStartsNoStatement(Driver driver) throws Exception {
		Database database = driver.database();
		WatchedPool pool = new WatchedPool(database, 1);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (pool; scope) {
			scope.cancel("not needed");

			Throwable failure = catchThrowable(() -> pool.number(database.backend())
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON));

			// Spring wraps whatever comes instead of a connection.
			assertThat(ScopeCancelledException.findIn(failure)).isNotNull().hasMessageContaining("not needed");
			assertThat(Mono
				.usingWhen(pool.factory().create(),
						(connection) -> Mono.from(connection.createStatement("select 1").execute())
							.contextWrite((context) -> context.put(ScopeInContext.KEY, scope)),
						Connection::close)
				.materialize()
				.block(SOON)
				.getThrowable()).isInstanceOf(ScopeCancelledException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(Driver.class)
	void shieldedStatementIsNotStopped(Driver driver) throws Exception {
		Database database = driver.database();
		WatchedPool pool = new WatchedPool(database, 1);
		OpenScope scope = this.scopes.open(ScopeOptions.named("report"));
		try (pool; scope) {
			OpenScope shielded = this.scopes.openUnbound(ScopeOptions.named("audit").shield());
			try (shielded) {
				CompletableFuture<Integer> number = pool.number(database.sleep().replace("(61)", "(0.3)"))
					.contextWrite((context) -> context.put(ScopeInContext.KEY, shielded))
					.toFuture();
				database.awaitRunning(1);
				scope.cancel("the client is gone");

				assertThat(number.get(SOON.toSeconds(), TimeUnit.SECONDS)).isNotNull();
			}
		}
	}

	@Test
	void statementWithoutScopeEndsByItself() throws Exception {
		Database database = Postgres.shared();
		WatchedPool pool = new WatchedPool(database, 1);
		try (pool) {
			assertThat(pool.number("select 7 from pg_sleep(0.05)").block(SOON)).isEqualTo(7);
			assertThat(CancelScope.current().isCancelled()).isFalse();
		}
	}

	/** The first row is taken, which cancels the rest: that must not undo the insert. */
	@Test
	void firstRowOfAnInsertStopsNothing() throws Exception {
		Database database = Postgres.shared();
		database.execute("drop table if exists entry");
		database.execute("create table entry (id serial, n int)");
		WatchedPool pool = new WatchedPool(database, 4);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("inserts"));
		try (pool; scope) {
			int rounds = 200;
			Flux.range(0, rounds)
				.flatMap((n) -> pool.client()
					.sql("insert into entry (n) select i from generate_series(1, 3) i returning id")
					.map((row) -> row.get(0, Integer.class))
					.first(), 8)
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.blockLast(SOON);
			pool.awaitFull();

			assertThat(database.number("select count(*) from entry")).isEqualTo(3 * rounds);
		}
	}

	/** A stopped statement would take the transaction with it. */
	@Test
	void subscriberThatLeavesInATransactionGoesOnWithIt() throws Exception {
		Database database = Postgres.shared();
		WatchedPool pool = new WatchedPool(database, 1);
		TransactionalOperator transaction = TransactionalOperator.create(new R2dbcTransactionManager(pool.factory()));
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("order"));
		try (pool; scope) {
			Integer answer = pool.number("select 1 from pg_sleep(0.3)")
				.timeout(Duration.ofMillis(50), Mono.just(0))
				.flatMap((first) -> pool.number("select 42 as n"))
				.as(transaction::transactional)
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON);

			assertThat(answer).isEqualTo(42);
		}
	}

	enum Kind {

		SLEEP {

			@Override
			Mono<?> execute(WatchedPool pool, Database database) {
				return pool.number(database.sleep());
			}

		},

		ROWS {

			@Override
			Mono<?> execute(WatchedPool pool, Database database) {
				return pool.client().sql(database.rows()).map((row) -> row.get(0)).all().then();
			}

		},

		UPDATE {

			@Override
			Mono<?> execute(WatchedPool pool, Database database) {
				return pool.client().sql(database.update()).fetch().rowsUpdated();
			}

		},

		TRANSACTION {

			@Override
			Mono<?> execute(WatchedPool pool, Database database) {
				return pool.client()
					.sql("update item set n = 2")
					.fetch()
					.rowsUpdated()
					.then(pool.number(database.sleep()))
					.as(TransactionalOperator.create(new R2dbcTransactionManager(pool.factory()))::transactional);
			}

		};

		abstract Mono<?> execute(WatchedPool pool, Database database);

	}

	enum Cause {

		DEADLINE {

			@Override
			void happen(OpenScope scope, Disposable subscription) {
				scope.reschedule(Duration.ZERO);
			}

			@Override
			void check(Throwable failure) {
				assertThat(failure).isInstanceOf(DeadlineExceededException.class);
			}

		},

		CANCEL {

			@Override
			void happen(OpenScope scope, Disposable subscription) {
				scope.cancel("not needed");
			}

			@Override
			void check(Throwable failure) {
				assertThat(failure).isInstanceOf(ScopeCancelledException.class);
				assertThat(((ScopeCancelledException) failure).reason().kind()).isEqualTo(CancelReason.Kind.REQUESTED);
			}

		},

		SUBSCRIBER {

			@Override
			void happen(OpenScope scope, Disposable subscription) {
				subscription.dispose();
			}

			@Override
			void check(Throwable failure) {
				assertThat(failure).isInstanceOf(TimeoutException.class);
			}

		};

		abstract void happen(OpenScope scope, Disposable subscription);

		abstract void check(Throwable failure);

	}

}
