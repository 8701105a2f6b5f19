package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Calls that are going on when their server stops.
 */
class CallShutdownTests {

	@ParameterizedTest
	@EnumSource(names = { "SHADED_NETTY", "IN_PROCESS" })
	void callIsAnsweredShortlyBeforeItWouldBeBrokenOff(Transport transport) throws Exception {
		TestServer server = TestServer.start(transport, "spring.grpc.server.shutdown.grace-period=4s",
				"cancel-scope.shutdown.await=3s");
		CompletableFuture<Throwable> stopped = new CompletableFuture<>();
		Outcome outcome = begin(server, stopped);

		CompletableFuture<?> closed = close(server.context());

		// At half of the grace period, so well before its end.
		assertThat(outcome.code()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(outcome.status().getDescription()).isEqualTo("The application is shutting down");
		assertThat(stopped).succeedsWithin(SeenScopes.SOON)
			.isInstanceOfSatisfying(ScopeCancelledException.class,
					(thrown) -> assertThat(thrown.reason().kind()).isEqualTo(CancelReason.Kind.SHUTDOWN));
		assertThat(closed).succeedsWithin(SeenScopes.SOON);
		assertNoThread();
		server.close();
	}

	@Test
	void callsAreCancelledAtOnceIfTheServerDoesNotWait() throws Exception {
		TestServer server = TestServer.start(Transport.SHADED_NETTY, "spring.grpc.server.shutdown.grace-period=0");
		CompletableFuture<Throwable> stopped = new CompletableFuture<>();
		Outcome outcome = begin(server, stopped);

		CompletableFuture<?> closed = close(server.context());

		assertThat(stopped).succeedsWithin(SeenScopes.SOON)
			.isInstanceOfSatisfying(ScopeCancelledException.class,
					(thrown) -> assertThat(thrown.reason().kind()).isEqualTo(CancelReason.Kind.SHUTDOWN));
		assertThat(outcome.code()).isNotEqualTo(Status.Code.OK);
		assertThat(closed).succeedsWithin(SeenScopes.SOON);
		server.close();
	}

	@Test
	void callThatEndsInTimeIsNotCancelledAndNothingIsWaitedFor() throws Exception {
		TestServer server = TestServer.start(Transport.SHADED_NETTY, "spring.grpc.server.shutdown.grace-period=1h");
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch going = new CountDownLatch(1);
		server.handlers().unary = (ask, answers) -> {
			begun.countDown();
			catchThrowable(() -> going.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS));
			CancelScope.current().check();
			answers.onNext(Handlers.answer("answered"));
			answers.onCompleted();
		};
		Outcome outcome = new Outcome();
		server.async().unary(Handlers.ask("a"), outcome);
		assertThat(begun.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

		CompletableFuture<?> closed = close(server.context());
		await().atMost(SeenScopes.SOON).until(CallShutdownTests::hasThread);
		going.countDown();

		assertThat(outcome.code()).isEqualTo(Status.Code.OK);
		assertThat(closed).succeedsWithin(SeenScopes.SOON);
		assertNoThread();
		server.close();
	}

	@Test
	void serverCanBeStartedAgain() throws Exception {
		TestServer server = TestServer.start(Transport.IN_PROCESS, "spring.grpc.server.shutdown.grace-period=4s");
		CompletableFuture<Throwable> stopped = new CompletableFuture<>();
		Outcome outcome = begin(server, stopped);

		server.context().stop();

		assertThat(outcome.code()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(stopped).succeedsWithin(SeenScopes.SOON)
			.isInstanceOfSatisfying(ScopeCancelledException.class,
					(thrown) -> assertThat(thrown.reason().kind()).isEqualTo(CancelReason.Kind.SHUTDOWN));
		assertNoThread();

		server.context().start();
		server.handlers().reset();
		assertThat(server.blocking().withWaitForReady().unary(Handlers.ask("again")).getText()).isEqualTo("again");
		server.close();
	}

	@Test
	void switchedOff() {
		try (TestServer server = TestServer.start(Transport.IN_PROCESS, "cancel-scope.shutdown.enabled=false")) {
			assertThat(server.context().getBeanProvider(CancelAtServerShutdown.class).stream()).isEmpty();
		}
	}

	@ParameterizedTest
	@CsvSource({ ",, 28s", "30s,, 28s", "30, 5s, 25s", "1s,, 500ms", "10s, 0, 10s", "0, 2s, 0s", "0,, 0s",
			"1h, 90m, 30m" })
	void momentIsBeforeTheEndOfTheGracePeriod(String grace, String await, String expected) {
		assertThat(ShutdownMoment.find(environment(grace, await))).isEqualTo(DurationStyle.detectAndParse(expected));
	}

	@Test
	void serverThatWaitsForEverIsWaitedFor() {
		assertThat(ShutdownMoment.find(environment("-1", null))).isNull();
		assertThat(ShutdownMoment.find(environment("-1s", "1s"))).isNull();
	}

	private static MockEnvironment environment(String grace, String await) {
		MockEnvironment environment = new MockEnvironment();
		if (grace != null) {
			environment.setProperty("spring.grpc.server.shutdown.grace-period", grace);
		}
		if (await != null) {
			environment.setProperty("cancel-scope.shutdown.await", await);
		}
		return environment;
	}

	private static Outcome begin(TestServer server, CompletableFuture<Throwable> stopped) throws InterruptedException {
		CountDownLatch begun = new CountDownLatch(1);
		server.handlers().unary = (ask, answers) -> {
			begun.countDown();
			stopped.complete(catchThrowable(() -> CancelScope.current().sleep(Duration.ofMinutes(2))));
		};
		Outcome outcome = new Outcome();
		server.async().unary(Handlers.ask("a"), outcome);
		assertThat(begun.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
		return outcome;
	}

	private static CompletableFuture<?> close(ConfigurableApplicationContext context) {
		CompletableFuture<Void> closed = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			context.close();
			closed.complete(null);
		});
		thread.setDaemon(true);
		thread.start();
		return closed;
	}

	private static void assertNoThread() {
		await().atMost(SeenScopes.SOON).until(() -> !hasThread());
	}

	private static boolean hasThread() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.anyMatch((thread) -> thread.getName().equals("cancel-scope-grpc-shutdown"));
	}

}
