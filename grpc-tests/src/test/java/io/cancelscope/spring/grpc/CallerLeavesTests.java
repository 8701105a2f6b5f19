package io.cancelscope.spring.grpc;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.google.common.util.concurrent.ListenableFuture;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A caller who leaves stops what a handler does.
 */
class CallerLeavesTests {

	private static final TestServer database = TestServer.start(Transport.NETTY, new Class<?>[] { Desk.class },
			"spring.datasource.url=jdbc:h2:mem:calls", "spring.datasource.generate-unique-name=false");

	@AfterAll
	static void close() {
		database.close();
	}

	@ParameterizedTest
	@EnumSource
	void unaryHandlerIsStopped(Transport transport) throws InterruptedException {
		TestServer server = TestServer.of(transport);
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Throwable> stopped = new CompletableFuture<>();
		CompletableFuture<Boolean> contextCancelled = new CompletableFuture<>();
		server.handlers().unary = (ask, answers) -> {
			begun.countDown();
			stopped.complete(catchThrowable(() -> CancelScope.current().sleep(SeenScopes.SOON)));
			contextCancelled.complete(Context.current().isCancelled());
		};

		ListenableFuture<Answer> answer = server.futures().unary(Handlers.ask("a"));
		assertThat(begun.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
		answer.cancel(true);

		assertThat(stopped).succeedsWithin(SeenScopes.SOON)
			.isInstanceOfSatisfying(ScopeCancelledException.class,
					(thrown) -> assertThat(thrown.reason().kind()).hasToString("DISCONNECTED"));
		assertThat(contextCancelled).succeedsWithin(SeenScopes.SOON).isEqualTo(true);
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.DISCONNECTED);
	}

	@ParameterizedTest
	@EnumSource
	void streamingHandlerIsStopped(Transport transport) {
		TestServer server = TestServer.of(transport);
		CompletableFuture<Throwable> stopped = new CompletableFuture<>();
		server.handlers().bidiStream = (answers) -> new Handlers.Asks(answers, (ask) -> {
			answers.onNext(Handlers.answer("begun"));
			stopped.complete(catchThrowable(() -> CancelScope.current().sleep(SeenScopes.SOON)));
		});
		Outcome outcome = new Outcome();
		StreamObserver<Ask> asks = server.async().bidiStream(outcome);
		asks.onNext(Handlers.ask("a"));
		outcome.awaitFirst();

		outcome.cancel();

		assertThat(stopped).succeedsWithin(SeenScopes.SOON).isInstanceOf(ScopeCancelledException.class);
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.DISCONNECTED);
	}

	@Test
	void statementOfAnAnnotatedServiceIsStopped() throws Exception {
		database.handlers().reset();
		database.scopes().reset();
		Desk desk = database.context().getBean(Desk.class);
		CompletableFuture<Throwable> stopped = new CompletableFuture<>();
		database.handlers().unary = (ask, answers) -> {
			Throwable thrown = catchThrowable(desk::count);
			stopped.complete(thrown);
			throw (RuntimeException) thrown;
		};

		ListenableFuture<Answer> answer = database.futures().unary(Handlers.ask("a"));
		assertThat(SlowFunction.begun.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
		answer.cancel(true);

		assertThat(stopped).succeedsWithin(SeenScopes.SOON).isInstanceOf(ScopeCancelledException.class);
		assertThat(database.scopes().last().outcome()).isEqualTo(ScopeOutcome.DISCONNECTED);
	}

	/** Called by the database, row by row. */
	public static final class SlowFunction {

		static final CountDownLatch begun = new CountDownLatch(1);

		private SlowFunction() {
		}

		public static int call(int row) throws InterruptedException {
			begun.countDown();
			Thread.sleep(10);
			return row;
		}

	}

	/** Waits in a statement. */
	@Configuration(proxyBeanMethods = false)
	static class Desk {

		private JdbcTemplate jdbc = new JdbcTemplate();

		@Bean
		Object function(DataSource dataSource) throws SQLException {
			this.jdbc = new JdbcTemplate(dataSource);
			this.jdbc.execute("create alias wait_long for \"" + SlowFunction.class.getName() + ".call\"");
			return "created";
		}

		@CancelScoped(name = "desk")
		public Integer count() {
			return this.jdbc.queryForObject("select sum(wait_long(x)) from system_range(1, 3000)", Integer.class);
		}

	}

}
