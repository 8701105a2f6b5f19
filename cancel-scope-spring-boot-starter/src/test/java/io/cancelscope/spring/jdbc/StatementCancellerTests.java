package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * The handshake, with a driver that does what the test says. PostgreSQL's has one of its
 * own, and would hide that ours is missing.
 */
@Timeout(60)
class StatementCancellerTests {

	private final OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.named("report"));

	private final Connection connection = mock(Connection.class);

	private final Statement statement = mock(Statement.class);

	private final CountDownLatch executing = new CountDownLatch(1);

	private final CountDownLatch executionMayEnd = new CountDownLatch(1);

	private final CountDownLatch cancelling = new CountDownLatch(1);

	private final CountDownLatch cancelMayEnd = new CountDownLatch(1);

	@BeforeEach
	void driver() throws SQLException {
		given(this.connection.createStatement()).willReturn(this.statement);
		willAnswer((call) -> {
			this.cancelling.countDown();
			this.cancelMayEnd.await();
			return null;
		}).given(this.statement).cancel();
	}

	@AfterEach
	void nothingIsLeftBehind() {
		this.cancelMayEnd.countDown();
		this.scope.close();
		Awaitility.await().untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	private FutureTask<Boolean> execute(Duration abortAfter) {
		Connection watched = ScopeAwareConnection.of(this.connection, JdbcSettings.abortAfter(abortAfter));
		return new FutureTask<>(() -> {
			CancelScope.Registration attachment = this.scope.attach();
			try (attachment; Statement statement = watched.createStatement()) {
				return statement.execute("select 1");
			}
		});
	}

	private void executeUntilReleased(boolean result) throws SQLException {
		given(this.statement.execute("select 1")).will((call) -> {
			this.executing.countDown();
			this.executionMayEnd.await();
			return result;
		});
	}

	/** The next statement of the connection would be the one that is hit. */
	@Test
	void executionDoesNotReturnWhileACancelIsOnItsWay() throws Exception {
		executeUntilReleased(true);
		FutureTask<Boolean> task = execute(Duration.ofSeconds(30));
		Thread thread = new Thread(task);
		thread.start();
		this.executing.await();
		this.scope.cancel();
		this.cancelling.await();

		this.executionMayEnd.countDown();

		Awaitility.await().until(() -> isWaitingForTheCancel(thread));
		assertThat(task).isNotDone();
		this.cancelMayEnd.countDown();
		assertThat(task).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
		then(this.connection).should(never()).abort(any());
	}

	private static boolean isWaitingForTheCancel(Thread thread) {
		for (StackTraceElement frame : thread.getStackTrace()) {
			if (frame.getClassName().equals(StatementCanceller.class.getName())
					&& thread.getState() == Thread.State.WAITING) {
				return true;
			}
		}
		return !thread.isAlive();
	}

	@Test
	void cancelOfAScopeDoesNotWaitForTheDriver() throws Exception {
		executeUntilReleased(true);
		FutureTask<Boolean> task = execute(Duration.ofSeconds(30));
		new Thread(task).start();
		this.executing.await();

		this.scope.cancel();

		assertThat(task).isNotDone();
		this.cancelling.await();
		this.cancelMayEnd.countDown();
		this.executionMayEnd.countDown();
		assertThat(task).succeedsWithin(Duration.ofSeconds(30));
	}

	@Test
	void connectionIsAbortedWhereTheCancelHangs() throws Exception {
		given(this.statement.execute("select 1")).will((call) -> {
			this.executing.countDown();
			this.executionMayEnd.await();
			throw new SQLException("Socket closed", "08006");
		});
		given(this.connection.isClosed()).will((call) -> this.executionMayEnd.getCount() == 0);
		willAnswer((call) -> {
			this.executionMayEnd.countDown();
			return null;
		}).given(this.connection).abort(any());
		FutureTask<Boolean> task = execute(Duration.ofMillis(50));
		new Thread(task).start();
		this.executing.await();

		this.scope.cancel("it takes too long");

		assertThat(task).failsWithin(Duration.ofSeconds(30))
			.withThrowableThat()
			.withCauseInstanceOf(SQLTimeoutException.class)
			.withMessageContaining("scope 'report' was cancelled: it takes too long");
		then(this.connection).should().clearWarnings();
	}

	@Test
	void statementIsCancelledUntilItEnds() throws Exception {
		CountDownLatch attempts = new CountDownLatch(3);
		willAnswer((call) -> {
			attempts.countDown();
			throw new SQLException("not yet");
		}).given(this.statement).cancel();
		given(this.statement.execute("select 1")).will((call) -> {
			this.executing.countDown();
			attempts.await();
			throw new SQLException("stopped", "HY008");
		});
		FutureTask<Boolean> task = execute(Duration.ofSeconds(30));
		new Thread(task).start();

		this.executing.await();
		this.scope.cancel();

		assertThat(task).failsWithin(Duration.ofSeconds(30))
			.withThrowableThat()
			.withCauseInstanceOf(SQLTimeoutException.class);
	}

}
