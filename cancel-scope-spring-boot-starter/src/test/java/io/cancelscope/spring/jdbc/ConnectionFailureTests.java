package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;

import javax.sql.DataSource;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.Mishap;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.AbstractDataSource;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A data source that fails says so itself, and one that was stopped says who stopped it.
 */
class ConnectionFailureTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class));

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void failureOnTopOfWhichCameACancellationPasses() {
		this.runner.withBean(DataSource.class, () -> new FailingDataSource(Mishap::orderFailed))
			.run((context) -> assertThatExceptionOfType(RuntimeException.class)
				.isThrownBy(() -> connect(context.getBean(DataSource.class)))
				.withMessage("order failed"));
	}

	@Test
	void cancellationThatThePoolHasWrappedIsTranslated() {
		this.runner.withBean(DataSource.class, () -> new FailingDataSource(() -> {
			throw new IllegalStateException("no connection", CancelScope.current().exception());
		}))
			.run((context) -> assertThatExceptionOfType(SQLTimeoutException.class)
				.isThrownBy(() -> connect(context.getBean(DataSource.class)))
				.withMessageStartingWith("The wait for a connection was cancelled")
				.havingRootCause()
				.isInstanceOf(ScopeCancelledException.class));
	}

	private void connect(DataSource dataSource) throws SQLException {
		this.scopes.run(ScopeOptions.named("order"), (scope) -> dataSource.getConnection());
	}

	/** Its scope is cancelled while it connects, and then it fails. */
	static class FailingDataSource extends AbstractDataSource {

		private final Runnable failure;

		FailingDataSource(Runnable failure) {
			this.failure = failure;
		}

		@Override
		public Connection getConnection() throws SQLException {
			CancelScope.current().cancel("the desk closes");
			this.failure.run();
			throw new SQLException("no failure");
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

	}

}
