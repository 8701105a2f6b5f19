package io.cancelscope.spring.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Statements over tables stop on HSQLDB in memory, and their connection goes back in good
 * health. HSQLDB looks for a cancel between the rows of tables only.
 */
@Timeout(60)
class HsqldbTests {

	/** Takes minutes, if not stopped. */
	private static final String SLOW = "select count(*) from numbers a, numbers b, numbers c";

	private static final Duration SOON = Duration.ofSeconds(30);

	private final CancelScopes scopes = CancelScopes.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class,
						DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class))
		.withPropertyValues("spring.datasource.url=jdbc:hsqldb:mem:" + UUID.randomUUID(),
				"spring.datasource.username=sa", "spring.datasource.hikari.maximum-pool-size=1");

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await().atMost(SOON).untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
	}

	@Test
	void query() {
		stops((connection) -> {
			Statement statement = connection.createStatement();
			return () -> statement.executeQuery(SLOW);
		});
	}

	@Test
	void preparedQuery() {
		stops((connection) -> {
			PreparedStatement statement = connection.prepareStatement(SLOW + " where a.i > ?");
			statement.setInt(1, 0);
			return statement::executeQuery;
		});
	}

	@Test
	void update() {
		stops((connection) -> {
			Statement statement = connection.createStatement();
			return () -> statement.executeUpdate("insert into sums " + SLOW);
		});
	}

	/** Stops it while it runs, and uses its connection again. */
	private void stops(ConnectionCallback<Work> preparation) {
		this.runner.run((context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.execute("create table sums (total bigint)");
			jdbc.execute("create table numbers (i int)");
			jdbc.execute("insert into numbers (select x from unnest(sequence_array(1, 2000, 1)) a(x))");
			AtomicReference<CancelScope> report = new AtomicReference<>();
			FutureTask<?> call = new FutureTask<>(() -> jdbc.execute((ConnectionCallback<Object>) (connection) -> {
				Work work = preparation.doInConnection(connection);
				return this.scopes.call(ScopeOptions.named("report"), (scope) -> {
					report.set(scope);
					return work.run();
				});
			}));
			new Thread(call).start();
			Awaitility.await().atMost(SOON).until(() -> report.get() != null);

			report.get().cancel("nobody waits");

			assertThat(call).failsWithin(SOON)
				.withThrowableThat()
				.havingRootCause()
				.isInstanceOf(ScopeCancelledException.class)
				.withMessage("scope 'report' was cancelled: nobody waits");
			assertThat(jdbc.queryForObject("values 7", Integer.class)).isEqualTo(7);
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
		});
	}

	@FunctionalInterface
	private interface Work {

		Object run() throws SQLException;

	}

}
