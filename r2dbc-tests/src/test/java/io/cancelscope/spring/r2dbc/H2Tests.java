package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.h2.CloseableConnectionFactory;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * H2 runs a statement on the thread that subscribes to it, so nothing can stop it there.
 * The scope is checked before each statement, the wait for a connection ends with it, and
 * a transaction rolls back.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class H2Tests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final CloseableConnectionFactory driver = H2ConnectionFactory.inMemory("cancel-scope");

	private static final ConnectionPool raw = new ConnectionPool(
			ConnectionPoolConfiguration.builder(driver).initialSize(0).maxSize(1).build());

	private static final ConnectionFactory factory = WatchedPool.watched(raw, SOON);

	private static final DatabaseClient client = DatabaseClient.create(factory);

	private final CancelScopes scopes = CancelScopes.create();

	@AfterAll
	static void close() {
		raw.disposeLater().block(SOON);
		Mono.from(driver.close()).block(SOON);
	}

	@BeforeEach
	void recreate() {
		Flux.fromIterable(List.of("drop table if exists item", "create table item (n int)",
				"create alias if not exists await for '" + Gate.class.getName() + ".await'"))
			.concatMap((sql) -> client.sql(sql).then())
			.blockLast(SOON);
	}

	@Test
	void cancelledScopeStartsNoStatement() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (scope) {
			Connection connection = Mono.from(factory.create()).block(SOON);
			scope.cancel("not needed");

			Throwable failure = catchThrowable(
					() -> Mono.from(connection.createStatement("insert into item values (1)").execute())
						.flatMap((result) -> Mono.from(result.getRowsUpdated()))
						.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
						.block(SOON));

			assertThat(failure).isExactlyInstanceOf(ScopeCancelledException.class).hasMessageContaining("not needed");
			Mono.from(connection.close()).block(SOON);
		}
		assertThat(count()).isZero();
	}

	/** The caller gets what the statement has done, and the next one does not begin. */
	@Test
	void statementIsFinishedAndTheNextOneDoesNotBegin() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try (scope) {
			CompletableFuture<Long> first = new CompletableFuture<>();
			CompletableFuture<@Nullable Throwable> end = CompletableFuture
				.supplyAsync(() -> catchThrowable(() -> client.sql("insert into item select await()")
					.fetch()
					.rowsUpdated()
					.doOnNext(first::complete)
					.then(client.sql("insert into item values (2)").fetch().rowsUpdated())
					.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
					.block(SOON)), thread);
			assertThat(Gate.reached.await(30, TimeUnit.SECONDS)).isTrue();
			scope.cancel("enough");
			Gate.open.countDown();

			assertThat(ScopeCancelledException.findIn(end.get(30, TimeUnit.SECONDS))).isNotNull();
			awaitFull();
			assertThat(first).isCompletedWithValue(1L);
			assertThat(numbers()).containsExactly(1);
		}
		finally {
			Gate.open.countDown();
			thread.shutdownNow();
		}
	}

	@Test
	void waitForAConnectionEndsAtTheDeadline() {
		Connection taken = Mono.from(factory.create()).block(SOON);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("wait").withTimeout(Duration.ofMillis(50)));
		try (scope) {
			assertThat(catchThrowable(() -> Mono.from(factory.create())
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON))).isInstanceOf(DeadlineExceededException.class);
		}
		Mono.from(taken.close()).block(SOON);
		awaitFull();
		assertThat(count()).isZero();
	}

	@Test
	void transactionOfACancelledScopeRollsBack() {
		TransactionalOperator transaction = TransactionalOperator.create(new R2dbcTransactionManager(factory));
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("order"));
		try (scope) {
			Throwable failure = catchThrowable(() -> client.sql("insert into item values (1)")
				.fetch()
				.rowsUpdated()
				.doOnNext((rows) -> scope.cancel("too late"))
				.as(transaction::transactional)
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON));

			assertThat(failure).isInstanceOf(ScopeCancelledException.class).hasMessageContaining("too late");
		}
		awaitFull();
		assertThat(count()).isZero();
	}

	private static int count() {
		return numbers().size();
	}

	private static List<Integer> numbers() {
		return client.sql("select n from item").map((row) -> row.get(0, Integer.class)).all().collectList().block(SOON);
	}

	private static void awaitFull() {
		Awaitility.await().atMost(SOON).until(() -> raw.getMetrics().orElseThrow().acquiredSize() == 0);
	}

	/** A function of the database that one test waits for. */
	public static final class Gate {

		private static final CountDownLatch reached = new CountDownLatch(1);

		private static final CountDownLatch open = new CountDownLatch(1);

		private Gate() {
		}

		public static int await() throws InterruptedException {
			reached.countDown();
			return open.await(30, TimeUnit.SECONDS) ? 1 : 0;
		}

	}

}
