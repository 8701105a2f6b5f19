package io.cancelscope.spring.grpc;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.cancelscope.spring.observemode.ObservedCancellations;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Observe mode counts what would have been stopped, and stops nothing.
 */
class ObservedCallTests {

	private static final TestServer server = TestServer.start(Transport.NETTY, "cancel-scope.mode=observe",
			"cancel-scope.grpc.server.timeout=50ms");

	@AfterAll
	static void close() {
		server.close();
	}

	@BeforeEach
	void reset() {
		server.handlers().reset();
		server.scopes().reset();
	}

	@Test
	void budgetIsCounted() {
		server.handlers().unary = (ask, answers) -> {
			takeLongerThanTheBudget();
			CancelScope.current().check();
			answers.onNext(Handlers.answer("answered"));
			answers.onCompleted();
		};
		Outcome outcome = new Outcome();

		server.async().unary(Handlers.ask("a"), outcome);

		outcome.status();
		assertThat(outcome.texts()).containsExactly("answered");
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.COMPLETED);
		assertThat(server.scopes().observed()).extracting(CancelReason::kind)
			.containsExactly(CancelReason.Kind.DEADLINE);
		assertThat(server.context().getBean(ObservedCancellations.class).countByName())
			.containsEntry("cancelscope.calls.Calls/Unary", 1L);
	}

	@Test
	void callerThatLeavesIsCountedAndStopsNothing() {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch over = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		server.handlers().serverStream = (ask, answers) -> {
			begun.countDown();
			await(over);
			CancelScope.current().check();
			done.countDown();
		};
		Outcome outcome = new Outcome();

		server.async().serverStream(Handlers.ask("a"), outcome);
		await(begun);
		outcome.cancel();
		Awaitility.await().atMost(SeenScopes.SOON).until(() -> !server.scopes().observed().isEmpty());
		over.countDown();

		await(done);
		assertThat(server.scopes().observed()).extracting(CancelReason::kind).contains(CancelReason.Kind.DISCONNECTED);
		assertThat(server.scopes().only().kind()).isNull();
	}

	private static void takeLongerThanTheBudget() {
		try {
			Thread.sleep(100);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
