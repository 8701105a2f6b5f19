package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A reactive transaction of a cancelled scope rolls back.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransactionTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 100);

	private final CancelScopes scopes = CancelScopes.create();

	@ParameterizedTest
	@EnumSource(Driver.class)
	void cancelledScopeDoesNotCommit(Driver driver) throws Exception {
		Database database = driver.database();
		recreate(database, "ledger");
		WatchedPool pool = new WatchedPool(database, 1);
		TransactionalOperator transaction = TransactionalOperator.create(new R2dbcTransactionManager(pool.factory()));
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("order"));
		try (pool; scope) {
			Throwable failure = catchThrowable(
					() -> insert(pool, "ledger", 1).doOnNext((rows) -> scope.cancel("too late"))
						.as(transaction::transactional)
						.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
						.block(SOON));

			assertThat(failure).isInstanceOf(ScopeCancelledException.class).hasMessageContaining("too late");
			pool.awaitFull();
			assertThat(database.number("select count(*) from ledger")).isZero();
			assertThat(pool.number("select 5").block(SOON)).isEqualTo(5);
		}
	}

	/** What only reads has nothing to commit, and a value that is late is kept. */
	@ParameterizedTest
	@EnumSource(Driver.class)
	void transactionThatOnlyReadsCommits(Driver driver) throws Exception {
		WatchedPool pool = new WatchedPool(driver.database(), 1);
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
		definition.setReadOnly(true);
		TransactionalOperator transaction = TransactionalOperator.create(new R2dbcTransactionManager(pool.factory()),
				definition);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (pool; scope) {
			assertThat(pool.number("select 3")
				.doOnNext((row) -> scope.cancel("late"))
				.as(transaction::transactional)
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON)).isEqualTo(3);
		}
	}

	/** Race: the transaction ends while the scope is cancelled. */
	@ParameterizedTest
	@EnumSource(Driver.class)
	void callerThatGetsTheScopesExceptionFindsNothingCommitted(Driver driver) throws Exception {
		Database database = driver.database();
		recreate(database, "race");
		WatchedPool pool = new WatchedPool(database, 1);
		TransactionalOperator transaction = TransactionalOperator.create(new R2dbcTransactionManager(pool.factory()));
		int committed = 0;
		try (pool) {
			pool.backend();
			for (int race = 0; race < RACES; race++) {
				OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("race"));
				try (scope) {
					Schedulers.parallel()
						.schedule(() -> scope.cancel("race"), ThreadLocalRandom.current().nextLong(0, 4_000_000),
								TimeUnit.NANOSECONDS);
					boolean done = insert(pool, "race", race).as(transaction::transactional)
						.map((rows) -> true)
						.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
						.onErrorResume((failure) -> {
							assertThat(ScopeCancelledException.findIn(failure)).as("%s", failure).isNotNull();
							return Mono.just(false);
						})
						.block(SOON);
					committed += done ? 1 : 0;
				}
			}
			pool.awaitFull();
			assertThat(database.number("select count(*) from race")).isEqualTo(committed);
		}
		System.out.printf("%s: %d transactions against their scope's end: %d committed, %d rolled back, 0 wrong%n",
				driver, RACES, committed, RACES - committed);
	}

	private static void recreate(Database database, String table) throws Exception {
		database.execute("drop table if exists " + table);
		database.execute("create table " + table + " (n int)");
	}

	private static Mono<Long> insert(WatchedPool pool, String table, int number) {
		return pool.client().sql("insert into " + table + " (n) values (" + number + ")").fetch().rowsUpdated();
	}

}
