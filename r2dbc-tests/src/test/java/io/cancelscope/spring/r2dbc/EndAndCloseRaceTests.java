package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Race: the driver ends a statement on its thread, while the subscriber leaves and closes
 * the connection on another. The close must never wait for an end that has been.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EndAndCloseRaceTests {

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 100) * 20;

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void connectionIsAlwaysClosed() throws Exception {
		ExecutorService driver = Executors.newSingleThreadExecutor();
		try {
			for (int race = 0; race < RACES; race++) {
				race(driver, race);
			}
		}
		finally {
			driver.shutdownNow();
		}
	}

	/** The moment in which the close has found an execution, and the driver ends it. */
	@Test
	void executionThatHasEndedHasNoEndToWaitFor() {
		ScopeAwareConnection watched = new ScopeAwareConnection(connection(Sinks.empty(), new CountDownLatch(1)),
				stops(), true);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("race"));
		try (scope) {
			StatementExecution execution = new StatementExecution(scope, watched);
			execution.subscribe(Flux.empty(), ScopeAwareSubscriber.draining(execution));

			execution.giveUp(true);

			assertThat(execution.over()).isNull();
			assertThat(watched.ready(false)).isNull();
		}
	}

	private void race(ExecutorService driver, int race) throws Exception {
		Sinks.Empty<Object> statement = Sinks.empty();
		CountDownLatch closed = new CountDownLatch(1);
		CyclicBarrier start = new CyclicBarrier(2);
		Connection connection = new ScopeAwareConnection(connection(statement, closed), stops(), true).connection();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("race"));
		try (scope) {
			Disposable subscriber = Flux.from(connection.createStatement("select 1").execute())
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.subscribe();
			Future<?> end = driver.submit(() -> {
				start.await();
				return statement.tryEmitEmpty();
			});
			start.await();
			subscriber.dispose();
			Mono.from(connection.close()).block(Duration.ofSeconds(10));

			assertThat(closed.await(10, TimeUnit.SECONDS)).as("closed in race %d", race).isTrue();
			end.get(10, TimeUnit.SECONDS);
		}
	}

	private static ServerStops stops() {
		return new ServerStops(fake(ConnectionFactory.class, (proxy, method, arguments) -> null), Duration.ZERO);
	}

	private static Connection connection(Sinks.Empty<Object> executed, CountDownLatch closed) {
		Statement statement = fake(Statement.class, (proxy, method, arguments) -> executed.asMono().flux());
		return fake(Connection.class, (proxy, method, arguments) -> method.getName().equals("close")
				? Mono.fromRunnable(closed::countDown) : statement);
	}

	private static <T> T fake(Class<T> type, InvocationHandler handler) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
	}

}
