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
import io.cancelscope.DeadlineExceededException;
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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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

	@ParameterizedTest
	@EnumSource
	void statementWhoseCancelCannotConnectEndsByTheAbort(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);
		DataSource pool = watched(raw, Duration.ofMillis(200));

		assertThatExceptionOfType(SQLTimeoutException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.named("report").withTimeout(Duration.ofMillis(100)),
					(scope) -> query(pool, FakeDatabase.ENDLESS)))
			.withMessage("The statement was cancelled: scope 'report' (100ms) exceeded its deadline")
			.withCauseInstanceOf(DeadlineExceededException.class);

		assertThat(this.database.cancels).hasPositiveValue();
		FakePool.close(raw);
	}

	@ParameterizedTest
	@EnumSource
	void poolHandsOutAnotherConnectionAfterTheAbort(FakePool kind) throws Exception {
		DataSource raw = kind.of(this.database, 1);
		DataSource pool = watched(raw, Duration.ofMillis(50));
		assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(() -> this.scopes
			.run(ScopeOptions.timeout(Duration.ofMillis(50)), (scope) -> query(pool, FakeDatabase.ENDLESS)));

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

		assertThatExceptionOfType(SQLTimeoutException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(50)),
					(scope) -> query(pool, FakeDatabase.ENDLESS)))
			.withCauseInstanceOf(DeadlineExceededException.class);

		query(pool, "select 1");
		FakePool.close(raw);
	}

	@Test
	void abortWithoutEffectIsReported(CapturedOutput output) throws SQLException {
		this.database.aborts = false;
		DataSource pool = watched(this.database, Duration.ofMillis(50));
		FutureTask<Void> task = new FutureTask<>(() -> {
			this.scopes.run(ScopeOptions.named("deaf").withTimeout(Duration.ofMillis(50)),
					(scope) -> query(pool, FakeDatabase.ENDLESS));
			return null;
		});
		new Thread(task).start();

		Awaitility.await()
			.untilAsserted(() -> assertThat(output)
				.contains("Aborting the connection of a statement of scope 'deaf': still running 50ms after it was"
						+ " cancelled (cancel-scope.jdbc.abort-after)")
				.contains("Could not stop a statement of scope 'deaf': still running 1s after")
				.contains("closed nothing"));

		this.database.released.countDown();
		assertThat(task).succeedsWithin(Duration.ofSeconds(30));
	}

	@Test
	void manyAbortsAreOneLine(CapturedOutput output) {
		LimitedWarnings warnings = new LimitedWarnings();

		for (int i = 0; i < 100; i++) {
			warnings.log(() -> "A database hangs", null);
		}

		assertThat(output.getOut().lines().filter((line) -> line.contains("A database hangs"))).hasSize(1);
	}

}
