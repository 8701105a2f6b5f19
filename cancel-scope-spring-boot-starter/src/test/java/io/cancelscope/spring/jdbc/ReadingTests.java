package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;

/**
 * Rows that are fetched while they are read: a stop is recognised wherever it shows up,
 * with a driver that does what the test says.
 */
@Timeout(60)
class ReadingTests {

	private static final SQLException INTERRUPTED = new SQLException("Query execution was interrupted", "70100", 1317);

	private final CancelScopes scopes = CancelScopes.create();

	private final Connection connection = mock(Connection.class);

	private final Statement statement = mock(Statement.class);

	private final ResultSet rows = mock(ResultSet.class);

	@BeforeEach
	void driver() throws SQLException {
		given(this.connection.createStatement()).willReturn(this.statement);
		given(this.statement.executeQuery("select")).willReturn(this.rows);
		given(this.statement.getResultSet()).willReturn(this.rows);
		given(this.statement.getFetchSize()).willReturn(100);
	}

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await().untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	private Statement watched() throws SQLException {
		return ScopeAwareConnection.of(this.connection, JdbcSettings.defaults()).createStatement();
	}

	/** MariaDB with a fetch size, and MySQL's streaming, tell it there. */
	@Test
	void stopThatShowsUpInTheNextRowIsRecognised() throws SQLException {
		given(this.rows.next()).willThrow(INTERRUPTED);

		this.scopes.run(ScopeOptions.named("report"), (scope) -> {
			ResultSet rows = watched().executeQuery("select");
			scope.cancel("the client is gone");

			assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(rows::next)
				.withMessage("The rows were not read: scope 'report' was cancelled: the client is gone")
				.withCauseInstanceOf(ScopeCancelledException.class)
				.satisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(INTERRUPTED));
		});
	}

	@Test
	void stopThatShowsUpInAColumnIsRecognised() throws SQLException {
		given(this.rows.getString(1)).willThrow(INTERRUPTED);

		this.scopes.run(ScopeOptions.named("report"), (scope) -> {
			Statement statement = watched();
			statement.execute("select");
			ResultSet rows = statement.getResultSet();
			scope.cancel();

			assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(() -> rows.getString(1))
				.withCauseInstanceOf(ScopeCancelledException.class);
		});
	}

	@Test
	void waitForTheNextRowIsEnded() throws SQLException {
		CountDownLatch reading = new CountDownLatch(1);
		CountDownLatch cancelled = new CountDownLatch(1);
		willAnswer((call) -> {
			cancelled.countDown();
			return null;
		}).given(this.statement).cancel();
		given(this.rows.next()).will((call) -> {
			reading.countDown();
			cancelled.await();
			throw INTERRUPTED;
		});

		this.scopes.run(ScopeOptions.named("report"), (scope) -> {
			ResultSet rows = watched().executeQuery("select");
			new Thread(() -> {
				try {
					reading.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				scope.cancel("the client is gone");
			}).start();

			assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(rows::next)
				.withMessage("The rows were not read: scope 'report' was cancelled: the client is gone");
		});
	}

	/** MariaDB's driver reads all that is left when rows are closed. */
	@Test
	void closeThatReadsWhatIsLeftInACancelledScopeIsEnded() throws SQLException {
		CountDownLatch cancelled = new CountDownLatch(1);
		willAnswer((call) -> {
			cancelled.countDown();
			return null;
		}).given(this.statement).cancel();
		willAnswer((call) -> {
			cancelled.await();
			return null;
		}).given(this.rows).close();

		this.scopes.run(ScopeOptions.named("report"), (scope) -> {
			ResultSet rows = watched().executeQuery("select");
			scope.cancel();
			rows.close();
		});

		then(this.statement).should().cancel();
	}

	@Test
	void rowsThatAreThereAreReadInACancelledScope() throws SQLException {
		given(this.rows.next()).willReturn(true, true, false);

		this.scopes.run(ScopeOptions.none(), (scope) -> {
			ResultSet rows = watched().executeQuery("select");
			scope.cancel();

			assertThat(rows.next()).isTrue();
			assertThat(rows.next()).isTrue();
			assertThat(rows.next()).isFalse();
		});

		then(this.statement).should(never()).cancel();
	}

	@Test
	void otherErrorsStayWhatTheyAreAlsoInACancelledScope() throws SQLException {
		SQLException closed = new SQLException("Operation not allowed after the result set was closed");
		given(this.rows.next()).willThrow(closed);

		this.scopes.run(ScopeOptions.none(), (scope) -> {
			ResultSet rows = watched().executeQuery("select");
			scope.cancel();

			assertThatExceptionOfType(SQLException.class).isThrownBy(rows::next).isSameAs(closed);
		});
	}

	@Test
	void nothingIsCancelledOnceTheRowsAreClosed() throws SQLException {
		this.scopes.run(ScopeOptions.none(), (scope) -> {
			ResultSet rows = watched().executeQuery("select");
			rows.next();
			rows.close();

			scope.cancel();
		});

		then(this.statement).should(never()).cancel();
	}

	/** Whose scope it is that reads, not whose scope it was that executed. */
	@Test
	void rowsAreReadInTheScopeOfTheReader() throws SQLException {
		given(this.rows.next()).willReturn(true).willThrow(INTERRUPTED);
		ResultSet[] rows = new ResultSet[1];
		this.scopes.run(ScopeOptions.named("query"), (scope) -> {
			rows[0] = watched().executeQuery("select");
			rows[0].next();
		});

		OpenScope reader = this.scopes.open(ScopeOptions.named("reader"));
		try (reader) {
			reader.cancel();
			assertThatExceptionOfType(SQLTimeoutException.class).isThrownBy(rows[0]::next)
				.withMessageContaining("scope 'reader'");
		}
	}

	@Test
	void resultSetKnowsTheStatementThatMadeIt() throws SQLException {
		this.scopes.run(ScopeOptions.none(), (scope) -> {
			Statement statement = watched();
			ResultSet rows = statement.executeQuery("select");

			assertThat(rows.getStatement()).isSameAs(statement);
			assertThat(rows).isEqualTo(rows).hasSameHashCodeAs(rows);
		});
	}

	@Test
	void whereNoScopeIsOpenTheResultSetIsTheDriversOwn() throws SQLException {
		assertThat(watched().executeQuery("select")).isSameAs(this.rows);
	}

}
