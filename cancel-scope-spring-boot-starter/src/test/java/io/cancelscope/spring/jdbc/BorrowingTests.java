package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.aop.framework.ProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Getting a connection ends with the scope also where the pool asks the database on the
 * caller's thread whether a connection is alive, and the database doesn't answer.
 */
@Timeout(60)
class BorrowingTests {

	/** Hikari asks only about connections that have been idle longer than this. */
	private static final String HIKARIS_WINDOW = "com.zaxxer.hikari.aliveBypassWindowMs";

	private static final ScopeOptions SOON = ScopeOptions.named("report").withTimeout(Duration.ofSeconds(1));

	private final CancelScopes scopes = CancelScopes.create();

	private final FakeDatabase database = new FakeDatabase();

	@BeforeEach
	void hikariAsksAlways() {
		System.setProperty(HIKARIS_WINDOW, "-1");
	}

	@AfterEach
	void nothingIsLeftBehind() {
		System.clearProperty(HIKARIS_WINDOW);
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await().untilAsserted(() -> assertThat(this.scopes.abandonableCalls().running()).isZero());
	}

	private static DataSource watched(DataSource pool) {
		return JdbcSettings.watched(pool, JdbcSettings.defaults());
	}

	private Semaphore freeze() {
		Semaphore checks = new Semaphore(0);
		this.database.checks = checks;
		return checks;
	}

	@ParameterizedTest
	@EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
	void checkThatTheDatabaseDoesNotAnswerIsLeftAtTheDeadline(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);
		DataSource pool = watched(raw);
		pool.getConnection().close();
		Semaphore checks = freeze();

		assertThatExceptionOfType(SQLTimeoutException.class)
			.isThrownBy(() -> this.scopes.run(SOON, (scope) -> pool.getConnection()))
			.withMessage("The wait for a connection was cancelled: scope 'report' (1s) exceeded its deadline")
			.withCauseInstanceOf(DeadlineExceededException.class);

		checks.release(1_000);
		FakePool.close(raw);
	}

	@ParameterizedTest
	@EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
	void connectionThatComesLateGoesBack(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);
		DataSource pool = watched(raw);
		pool.getConnection().close();
		Semaphore checks = freeze();
		assertThatExceptionOfType(SQLTimeoutException.class)
			.isThrownBy(() -> this.scopes.run(SOON, (scope) -> pool.getConnection()));

		checks.release(1_000);

		Awaitility.await().untilAsserted(() -> assertThat(kind.active(raw)).isZero());
		try (Connection connection = pool.getConnection()) {
			assertThat(connection.isClosed()).isFalse();
		}
		FakePool.close(raw);
	}

	@Test
	void foreignInterruptEndsTheWaitAndIsKept() throws Exception {
		DataSource raw = FakePool.HIKARI.of(this.database, 1);
		DataSource pool = watched(raw);
		pool.getConnection().close();
		Semaphore checks = freeze();
		AtomicReference<Boolean> flag = new AtomicReference<>();
		FutureTask<Connection> task = new FutureTask<>(() -> this.scopes.call(ScopeOptions.none(), (scope) -> {
			try {
				return pool.getConnection();
			}
			finally {
				flag.set(Thread.currentThread().isInterrupted());
			}
		}));
		Thread thread = new Thread(task);
		thread.start();
		Awaitility.await().until(checks::hasQueuedThreads);

		thread.interrupt();

		assertThat(task).failsWithin(Duration.ofSeconds(30))
			.withThrowableThat()
			.withCauseInstanceOf(SQLException.class);
		assertThat(flag).hasValue(true);
		checks.release(1_000);
		FakePool.close(raw);
	}

	/** It may choose the database by what is bound to the thread. */
	@Test
	void subclassIsAskedOnTheCallersThread() throws SQLException {
		Tenants tenants = new Tenants();
		DataSource pool = watched(tenants);

		this.scopes.run(SOON, (scope) -> assertThat(pool.getConnection()).isNotNull());

		assertThat(tenants.asked).isSameAs(Thread.currentThread());
	}

	@Test
	void otherAdviceOfTheBeanRunsOnTheCallersThread() throws Exception {
		DataSource raw = FakePool.HIKARI.of(this.database, 1);
		AtomicReference<Thread> asked = new AtomicReference<>();
		ProxyFactory proxy = new ProxyFactory(raw);
		proxy.addAdvice(new ConnectionInterceptor(JdbcSettings::defaults));
		proxy.addAdvice((org.aopalliance.intercept.MethodInterceptor) (invocation) -> {
			asked.set(Thread.currentThread());
			return invocation.proceed();
		});
		DataSource pool = (DataSource) proxy.getProxy();

		this.scopes.run(SOON, (scope) -> pool.getConnection().close());

		assertThat(asked).hasValue(Thread.currentThread());
		FakePool.close(raw);
	}

	/** Its report shows the stack of who asked. */
	@Test
	void searchForLeaksSeesTheCallersThread() throws Exception {
		HikariDataSource raw = (HikariDataSource) FakePool.HIKARI.of(this.database, 1);
		DataSource pool = watched(raw);
		pool.getConnection().close();
		raw.getHikariConfigMXBean().setLeakDetectionThreshold(10_000);

		this.scopes.run(SOON, (scope) -> pool.getConnection().close());

		assertThat(this.database.checker).isSameAs(Thread.currentThread());
		FakePool.close(raw);
	}

	/** Only for the thread that asks. */
	static class Tenants extends HikariDataSource {

		private Thread asked;

		@Override
		public Connection getConnection() throws SQLException {
			this.asked = Thread.currentThread();
			return new FakeDatabase().getConnection();
		}

	}

}
