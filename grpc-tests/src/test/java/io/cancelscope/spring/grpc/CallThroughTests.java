package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.grpc.CallPeer.Arrival;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A handler that calls another service: what its own caller does reaches that one.
 */
@Timeout(120)
class CallThroughTests {

	private final TestServer server = TestServer.of(TestServer.Transport.NETTY);

	private final CancelScopes scopes = this.server.context().getBean(CancelScopes.class);

	private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

	private CallPeer peer;

	private ManagedChannel channel;

	@BeforeEach
	void open() throws Exception {
		this.peer = new CallPeer(Transport.NETTY);
		this.channel = this.peer.channel();
		this.server.handlers().unary = (ask, answers) -> callPeer(answers);
	}

	@AfterEach
	void close() {
		this.server.handlers().reset();
		this.server.scopes().reset();
		this.peer.close();
	}

	private void callPeer(StreamObserver<Answer> answers) {
		long callersNanos = Context.current().getDeadline().timeRemaining(TimeUnit.NANOSECONDS);
		assertThat(CancelScope.current().deadline().orElseThrow().remaining().toNanos())
			.isLessThanOrEqualTo(callersNanos);
		try {
			answers.onNext(Handlers.answer(hang()));
			answers.onCompleted();
		}
		catch (StatusRuntimeException ex) {
			this.failures.add(ex);
			throw ex;
		}
	}

	private String hang() {
		try {
			return CallStub.UNARY_BLOCKING.call(this.channel, CallPeer.HANG).get(0);
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Race: gRPC's own context is cancelled before the scope is, every time. */
	@RepeatedTest(20)
	void leavingCallerEndsTheNextCallByTheScope() throws Exception {
		Context.CancellableContext caller = Context.current().withCancellation();
		caller.run(() -> this.server.futures().withDeadlineAfter(60, TimeUnit.SECONDS).unary(ask()));
		Arrival arrival = this.peer.arrival();

		caller.cancel(null);

		arrival.awaitCancelled();
		assertThat(this.failures.poll(30, TimeUnit.SECONDS).getCause()).isInstanceOfSatisfying(
				ScopeCancelledException.class,
				(ours) -> assertThat(ours.reason().kind()).isEqualTo(CancelReason.Kind.DISCONNECTED));
	}

	/**
	 * Where the caller's deadline passes first, it resets the stream: then it has left.
	 * On a busy machine the handler may not even begin in a short time.
	 */
	@Test
	void deadlineOfTheCallerEndsTheNextCallByTheScope() {
		Throwable failure = null;
		for (long millis = 250; failure == null && millis < 30_000; millis *= 2) {
			CallsGrpc.CallsBlockingStub stub = this.server.blocking().withDeadlineAfter(millis, TimeUnit.MILLISECONDS);
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> stub.unary(ask()));
			this.server.scopes().reset();
			failure = this.failures.poll();
		}

		assertThat(failure).isNotNull();
		assertThat(failure.getCause()).isInstanceOfSatisfying(ScopeCancelledException.class,
				(ours) -> assertThat(ours.reason().kind()).isIn(CancelReason.Kind.DEADLINE,
						CancelReason.Kind.DISCONNECTED));
	}

	@Test
	void budgetOfTheCallerIsSentOn() throws Exception {
		this.server.futures().withDeadlineAfter(60, TimeUnit.SECONDS).unary(ask());

		Arrival arrival = this.peer.arrival();

		assertThat(arrival.timeoutMillis()).isBetween(1L, 60_000L);
		arrival.release("done");
	}

	@Test
	void shieldHoldsOnTheWire() throws Exception {
		BlockingQueue<String> answers = new LinkedBlockingQueue<>();
		this.server.handlers().unary = (ask, ignored) -> answers
			.add(this.scopes.call(ScopeOptions.named("mail").shield(), (scope) -> hang()));
		Context.CancellableContext caller = Context.current().withCancellation();
		caller.run(() -> this.server.futures().withDeadlineAfter(60, TimeUnit.SECONDS).unary(ask()));
		Arrival arrival = this.peer.arrival();
		assertThat(arrival.timeout()).isNull();

		caller.cancel(null);
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.server.scopes().open().stream().anyMatch(CancelScope::isCancelled));
		arrival.release("sent");

		assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo("sent");
	}

	private static Ask ask() {
		return Handlers.ask("through");
	}

}
