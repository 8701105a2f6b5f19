package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.FutureTask;

import javax.sql.DataSource;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a cancel fails the connection is aborted, whatever pool it comes from, and the
 * log says what came of it.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AbortTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final FakeDatabase database = new FakeDatabase();

	@AfterEach
	void nothingIsLeftBehind() {
		this.database.released.countDown();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await().untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	private void query(DataSource pool, String query) throws SQLException {
		try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
			statement.executeQuery(query);
		}
	}

	/** It is in use already: to make a pool may take longer than a budget here. */
	private DataSource watched(DataSource pool, Duration abortAfter) throws SQLException {
		pool.getConnection().close();
		return JdbcSettings.watched(pool, JdbcSettings.abortAfter(abortAfter));
	}

	/** Cancels a statement while it runs. */
	private Throwable stop(String name, DataSource pool) throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named(name));
		try (scope) {
			FutureTask<Throwable> task = start(scope, pool);
			this.database.executing.await();
			scope.cancel("the client is gone");
			return task.get();
		}
	}

	private FutureTask<Throwable> start(OpenScope scope, DataSource pool) {
		FutureTask<Throwable> task = new FutureTask<>(() -> {
			try {
				query(pool, FakeDatabase.ENDLESS);
				return null;
			}
			catch (SQLException ex) {
				return ex;
			}
		});
		new Thread(scope.wrap((Runnable) task)).start();
		return task;
	}

	@ParameterizedTest
	@EnumSource
	void statementWhoseCancelCannotConnectEndsByTheAbort(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);

		Throwable stopped = stop("report", watched(raw, Duration.ofMillis(200)));

		assertThat(stopped).isInstanceOf(SQLTimeoutException.class)
			.hasMessage("The statement was cancelled: scope 'report' was cancelled: the client is gone")
			.hasCauseInstanceOf(ScopeCancelledException.class);
		assertThat(this.database.cancels).hasPositiveValue();
		FakePool.close(raw);
	}

	@ParameterizedTest
	@EnumSource
	void poolHandsOutAnotherConnectionAfterTheAbort(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);
		DataSource pool = watched(raw, Duration.ofMillis(50));
		assertThat(stop("report", pool)).isNotNull();

		query(pool, "select 1");

		assertThat(kind.active(raw)).isZero();
		assertThat(this.database.made).hasSizeGreaterThan(1);
		FakePool.close(raw);
	}

	/** MariaDB's driver does that. */
	@ParameterizedTest
	@EnumSource
	void valueOfAnAbortedConnectionIsNone(FakePool kind) throws Exception {
		this.database.returnsWhenAborted = true;
		DataSource raw = kind.of(this.database, 1);
		DataSource pool = watched(raw, Duration.ofMillis(50));

		Throwable stopped = stop("report", pool);

		assertThat(stopped).isInstanceOf(SQLTimeoutException.class).hasCauseInstanceOf(ScopeCancelledException.class);
		query(pool, "select 1");
		FakePool.close(raw);
	}

	@Test
	void abortWithoutEffectIsReported(CapturedOutput output) throws Exception {
		this.database.aborts = false;
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("deaf"));
		FutureTask<Throwable> task = start(scope, watched(this.database, Duration.ofMillis(50)));
		this.database.executing.await();

		scope.cancel();

		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(output)
				.contains("Aborting the connection of a statement of scope 'deaf': still running 50ms after it was"
						+ " cancelled (cancel-scope.jdbc.abort-after)")
				.contains("Could not stop a statement of scope 'deaf': still running 1s after")
				.contains("closed nothing"));
		this.database.released.countDown();
		assertThat(task).succeedsWithin(Duration.ofSeconds(30)).isNull();
		scope.close();
	}

}
