package io.cancelscope.spring.jdbc;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Statements stop on a real PostgreSQL, one by one and by the hundred, and nothing is
 * broken afterwards.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PostgresTests {

	private static final ScopeOptions SOON = ScopeOptions.named("report").withTimeout(Duration.ofMillis(150));

	private final CancelScopes scopes = CancelScopes.create();

	private Postgres postgres;

	@BeforeEach
	void startOnce() throws IOException {
		this.postgres = Postgres.shared();
	}

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void statementEndsInTheServerToo(boolean interrupt) throws SQLException {
		WatchedPool pool = this.postgres.pool(1, Duration.ofSeconds(30));
		try (pool) {
			int backend = pool.backend();

			assertThatExceptionOfType(SQLTimeoutException.class)
				.isThrownBy(() -> this.scopes.run((interrupt) ? SOON.interrupt() : SOON,
						(scope) -> pool.number("select 1 from pg_sleep(60)")))
				.withMessage("The statement was cancelled: scope 'report' (150ms) exceeded its deadline")
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("57014"))
				.satisfies((ex) -> assertThat(ex.getSuppressed()[0])
					.hasMessageContaining("canceling statement due to user request"))
				.withCauseInstanceOf(DeadlineExceededException.class);

			assertThat(this.postgres.running("pg_sleep(60)")).isZero();
			assertThat(pool.backend()).isEqualTo(backend);
			pool.awaitFull();
		}
	}

	@Test
	void waitForALockIsEnded() throws SQLException {
		WatchedPool pool = this.postgres.pool(2, Duration.ofSeconds(30));
		try (pool; Connection holder = pool.connection(); Statement lock = holder.createStatement()) {
			lock.execute("create table accounts (id int)");
			holder.setAutoCommit(false);
			lock.execute("lock table accounts");

			assertThatExceptionOfType(SQLTimeoutException.class)
				.isThrownBy(() -> this.scopes.run(SOON, (scope) -> pool.number("select count(*) from accounts")));

			lock.execute("drop table accounts");
			holder.commit();
		}
	}

	@Test
	void batchIsEnded() throws SQLException {
		WatchedPool pool = this.postgres.pool(1, Duration.ofSeconds(30));
		try (pool;
				Connection connection = pool.connection();
				PreparedStatement statement = connection.prepareStatement("select pg_sleep(?)")) {
			statement.setInt(1, 60);
			statement.addBatch();
			statement.addBatch();

			assertThatExceptionOfType(SQLTimeoutException.class)
				.isThrownBy(() -> this.scopes.run(SOON, (scope) -> statement.executeBatch()));
		}
	}

	@Test
	void waitForAnExhaustedPoolIsEnded() throws Exception {
		WatchedPool pool = this.postgres.pool(2, Duration.ofSeconds(30));
		try (pool) {
			Connection first = pool.connection();
			Connection second = pool.connection();
			assertThat(inThreads(Executors.newFixedThreadPool(20), 20,
					() -> this.scopes.call(SOON, (scope) -> pool.number("select 1"))))
				.hasSize(20)
				.allSatisfy((ex) -> assertThat(ex).isInstanceOf(SQLTimeoutException.class)
					.hasMessageStartingWith("The wait for a connection was cancelled"));
			first.close();
			second.close();
			pool.awaitFull();
		}
	}

	@Test
	void twoHundredAtOnceAreAllCancelled() throws Exception {
		cancelTwoHundred(Executors.newFixedThreadPool(200));
	}

	@Test
	void twoHundredVirtualThreadsAreAllCancelled() throws Exception {
		cancelTwoHundred(virtualThreads());
	}

	private void cancelTwoHundred(ExecutorService threads) throws Exception {
		WatchedPool pool = this.postgres.pool(40, Duration.ofSeconds(60));
		try (pool) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("all").interrupt());
			List<Future<?>> started = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				started.add(threads.submit(() -> {
					CancelScope.Registration attachment = scope.attach();
					try (attachment) {
						return pool.number("select 1 from pg_sleep(61)");
					}
					finally {
						assertThat(Thread.currentThread().isInterrupted()).isFalse();
					}
				}));
			}
			this.postgres.awaitRunning("pg_sleep(61)", 40);

			scope.cancel("everybody out");

			for (Future<?> future : started) {
				assertThat(future).failsWithin(Duration.ofSeconds(60))
					.withThrowableThat()
					.withCauseInstanceOf(SQLTimeoutException.class)
					.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNotNull());
			}
			scope.close();
			assertThat(this.postgres.running("pg_sleep(61)")).isZero();
			pool.awaitFull();
		}
		finally {
			threads.shutdown();
		}
	}

	/** An interrupt would close the socket of a virtual thread, and the connection. */
	@Test
	void interruptOfAVirtualThreadLeavesTheConnectionAlone() throws Exception {
		WatchedPool pool = this.postgres.pool(1, Duration.ofSeconds(30));
		try (pool) {
			int backend = pool.backend();

			assertThat(inThreads(virtualThreads(), 1,
					() -> this.scopes.call(SOON.interrupt(), (scope) -> pool.number("select 1 from pg_sleep(60)"))))
				.singleElement()
				.isInstanceOf(SQLTimeoutException.class);

			assertThat(pool.backend()).isEqualTo(backend);
		}
	}

	/*
	 * The race, on one connection:
	 *
	 * @formatter:off
	 * executing:  execute ────────────► returns | next statement
	 * cancelling:         cancel ─ new connection ─► server
	 * @formatter:on
	 *
	 * The cancel is aimed at the moment when the statement returns. The next statement
	 * must never be the one that is hit.
	 */
	@Test
	void cancelAtTheMomentOfCompletionHitsNoOtherStatement() throws Exception {
		WatchedPool pool = this.postgres.pool(1, Duration.ofSeconds(30));
		ExecutorService canceller = Executors.newSingleThreadExecutor();
		int stopped = 0;
		int rounds = 5_000;
		try (pool; Connection connection = pool.connection(); Statement statement = connection.createStatement()) {
			int backend = backendOf(statement);
			for (int i = 0; i < rounds; i++) {
				OpenScope scope = this.scopes.open(ScopeOptions.none());
				CyclicBarrier barrier = new CyclicBarrier(2);
				long aim = ThreadLocalRandom.current().nextLong(400_000);
				Future<?> cancel = canceller.submit(() -> {
					barrier.await();
					for (long start = System.nanoTime(); System.nanoTime() - start < aim;) {
						Thread.onSpinWait();
					}
					return scope.cancel();
				});
				try (scope) {
					barrier.await();
					statement.executeQuery("select pg_sleep(0.0005)").close();
				}
				catch (SQLTimeoutException ex) {
					stopped++;
				}
				assertThat(backendOf(statement)).isEqualTo(backend);
				cancel.get();
			}
		}
		finally {
			canceller.shutdown();
		}
		assertThat(stopped).as("statements stopped").isBetween(1, rounds - 1);
	}

	private static int backendOf(Statement statement) throws SQLException {
		try (var rows = statement.executeQuery("select pg_backend_pid()")) {
			rows.next();
			return rows.getInt(1);
		}
	}

	private static ExecutorService virtualThreads() throws ReflectiveOperationException {
		assumeTrue(JRE.currentVersionNumber() >= 25, "virtual threads are tested on JDK 25");
		try {
			return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

	/** What each of the threads met, with the flag of each looked at. */
	private static List<Throwable> inThreads(ExecutorService threads, int count, Callable<?> task) throws Exception {
		List<Throwable> met = new ArrayList<>();
		List<FutureTask<Throwable>> tasks = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			FutureTask<Throwable> one = new FutureTask<>(() -> {
				try {
					task.call();
					return new AssertionError("it went on to the end");
				}
				catch (Exception ex) {
					return Thread.currentThread().isInterrupted() ? new AssertionError("interrupted", ex) : ex;
				}
			});
			tasks.add(one);
			threads.execute(one);
		}
		for (FutureTask<Throwable> one : tasks) {
			met.add(one.get());
		}
		threads.shutdown();
		return met;
	}

}
