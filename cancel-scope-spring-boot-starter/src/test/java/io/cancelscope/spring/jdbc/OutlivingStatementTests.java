package io.cancelscope.spring.jdbc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.HeldStatement;
import io.cancelscope.spring.OutlivingWork;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Statements of work that a service has left behind stop with the request around the
 * service, whether that work had begun when the service returned or not.
 */
@Timeout(60)
class OutlivingStatementTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeTaskAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class,
						DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withUserConfiguration(OutlivingWork.class)
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		Awaitility.await().untilAsserted(() -> assertThat(CancelThreads.busy()).isZero());
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void statementIsCancelledWithTheRequest(OutlivingWork.Start start) {
		run((scopes, orders, statement) -> {
			OpenScope request = scopes.open(ScopeOptions.named("request"));
			try (request) {
				CompletableFuture<Long> mail = OutlivingWork.Orders.take(orders, start, statement::endless,
						statement::awaitBegun);

				request.cancel("the client is gone");

				assertThat(mail).failsWithin(SOON)
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(QueryTimeoutException.class)
					.havingRootCause()
					.isInstanceOf(ScopeCancelledException.class)
					.withMessageEndingWith("the client is gone");
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void statementIsCancelledThoughTheRequestEndsInTheSameMoment(OutlivingWork.Start start) {
		run((scopes, orders, statement) -> {
			OpenScope request = scopes.open(ScopeOptions.named("request"));
			CompletableFuture<Long> mail = OutlivingWork.Orders.take(orders, start, statement::endless,
					statement::awaitBegun);

			request.cancel("the client is gone");
			request.close();

			assertThat(mail).failsWithin(SOON)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(QueryTimeoutException.class)
				.withRootCauseInstanceOf(ScopeCancelledException.class);
		});
	}

	@ParameterizedTest
	@EnumSource
	void statementIsCancelledWhenTheTimeOfTheRequestIsUp(OutlivingWork.Start start) {
		run((scopes, orders, statement) -> {
			OpenScope request = scopes.open(ScopeOptions.named("request").withTimeout(Duration.ofMillis(800)));
			try (request) {
				CompletableFuture<Long> mail = OutlivingWork.Orders.take(orders, start, statement::endless,
						statement::awaitBegun);

				this.time.advance(Duration.ofMillis(800));

				assertThat(mail).failsWithin(SOON)
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(QueryTimeoutException.class)
					.withRootCauseInstanceOf(DeadlineExceededException.class);
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void statementRunsToItsEndWhereTheRequestEndedInTime(OutlivingWork.Start start) {
		run((scopes, orders, statement) -> {
			CompletableFuture<Long> mail;
			OpenScope request = scopes.open(ScopeOptions.named("request").withTimeout(Duration.ofMillis(800)));
			try (request) {
				mail = OutlivingWork.Orders.take(orders, start, statement::held, statement::awaitBegun);
			}

			this.time.advance(Duration.ofHours(2));
			assertThat(request.cancel()).isFalse();
			statement.release();

			assertThat(mail).succeedsWithin(SOON).isEqualTo(7L);
		});
	}

	private void run(Test test) {
		this.runner.run((context) -> {
			HeldStatement statement = new HeldStatement(context.getBean(JdbcTemplate.class));

			test.run(context.getBean(CancelScopes.class), context.getBean(OutlivingWork.Orders.class), statement);

			HikariDataSource pool = context.getBean(HikariDataSource.class);
			Awaitility.await()
				.untilAsserted(() -> assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero());
		});
	}

	@FunctionalInterface
	interface Test {

		void run(CancelScopes scopes, OutlivingWork.Orders orders, HeldStatement statement) throws Exception;

	}

}
