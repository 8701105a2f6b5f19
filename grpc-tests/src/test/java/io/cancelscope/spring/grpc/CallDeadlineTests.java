package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Budgets of calls: the caller's deadline, and the server's own.
 */
class CallDeadlineTests {

	private static final long LONG = SeenScopes.SOON.toSeconds();

	private static final TestServer limited = TestServer.start(Transport.NETTY,
			"cancel-scope.grpc.server.timeout=300ms", "cancel-scope.grpc.server.max-timeout=400ms",
			"cancel-scope.timeouts[cancelscope.calls.Calls/BidiStream]=350ms",
			"cancel-scope.requires[cancelscope.calls.Calls/ClientStream]=1h");

	@AfterAll
	static void close() {
		limited.close();
	}

	@BeforeEach
	void reset() {
		limited.handlers().reset();
		limited.scopes().reset();
	}

	@ParameterizedTest
	@EnumSource
	void deadlineOfTheCallerStopsTheHandler(Transport transport) {
		TestServer server = TestServer.of(transport);
		AtomicReference<Throwable> stopped = new AtomicReference<>();
		server.handlers().unary = (ask, answers) -> stopped.set(catchThrowable(CallDeadlineTests::block));

		// On a busy machine the time may be up before the call arrives.
		await().atMost(SeenScopes.SOON).pollDelay(Duration.ZERO).until(() -> {
			Throwable thrown = catchThrowable(
					() -> server.blocking().withDeadlineAfter(200, TimeUnit.MILLISECONDS).unary(Handlers.ask("a")));
			assertThat(Status.fromThrowable(thrown).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			return stopped.get() != null;
		});

		SeenScopes.Seen scope = server.scopes().last();
		assertThat(scope.source()).isEqualTo("grpc-timeout of the caller");
		assertThat(scope.budget()).isBetween(Duration.ZERO, Duration.ofMillis(200));
		assertThat(scope.outcome()).isIn(ScopeOutcome.DEADLINE, ScopeOutcome.DISCONNECTED);
		assertThat(stopped.get()).isInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void ownBudgetIsAnsweredWithTheLibrarysStatus() {
		limited.handlers().unary = (ask, answers) -> block();

		Status status = Status.fromThrowable(catchThrowable(() -> limited.blocking().unary(Handlers.ask("a"))));

		assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(status.getDescription()).isEqualTo("The call exceeded its deadline");
		assertThat(limited.scopes().only()).isEqualTo(new SeenScopes.Seen("cancelscope.calls.Calls/Unary",
				ScopeOutcome.DEADLINE, CancelReason.Kind.DEADLINE, null, Duration.ofMillis(300)));
	}

	@Test
	void deadlineOfTheCallerIsLoweredToTheLargestAllowed() {
		limited.handlers().serverStream = (ask, answers) -> block();

		Outcome outcome = new Outcome();
		limited.async().withDeadlineAfter(LONG, TimeUnit.SECONDS).serverStream(Handlers.ask("a"), outcome);

		assertThat(outcome.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(limited.scopes().only()).isEqualTo(new SeenScopes.Seen("cancelscope.calls.Calls/ServerStream",
				ScopeOutcome.DEADLINE, CancelReason.Kind.DEADLINE,
				"grpc-timeout of the caller, lowered to cancel-scope.grpc.server.max-timeout", Duration.ofMillis(400)));
	}

	@Test
	void callThatRequiresMoreThanIsLeftIsNotBegun() {
		AtomicInteger begun = new AtomicInteger();
		limited.handlers().clientStream = (answers) -> {
			begun.incrementAndGet();
			answers.onCompleted();
			return new Handlers.Asks(answers, (ask) -> {
			});
		};
		Outcome outcome = new Outcome();

		limited.async().withDeadlineAfter(LONG, TimeUnit.SECONDS).clientStream(outcome).onNext(Handlers.ask("a"));

		assertThat(outcome.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(outcome.status().getDescription()).isEqualTo("The call exceeded its deadline");
		assertThat(limited.scopes().only().outcome()).isEqualTo(ScopeOutcome.SHED);
		assertThat(begun).hasValue(0);
		limited.scopes().reset();
		limited.async().clientStream(new Outcome());
		await().atMost(SeenScopes.SOON).untilAsserted(() -> assertThat(begun).as("without a deadline").hasValue(1));
	}

	@Test
	void streamsHaveNoBudgetUnlessTheyHaveOneOfTheirOwn() {
		AtomicReference<Object> budget = new AtomicReference<>();
		limited.handlers().serverStream = (ask, answers) -> {
			budget.set(CancelScope.current().deadline());
			answers.onCompleted();
		};
		Outcome endless = new Outcome();
		limited.async().serverStream(Handlers.ask("a"), endless);
		assertThat(endless.code()).isEqualTo(Status.Code.OK);
		assertThat(budget.get()).hasToString("Optional.empty");

		Outcome ended = new Outcome();
		limited.async().bidiStream(ended);
		assertThat(ended.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
	}

	@ParameterizedTest
	@EnumSource
	void handlerThatWaitsElsewhereIsAnsweredForAtTheDeadline(Transport transport) throws InterruptedException {
		TestServer server = TestServer.of(transport);
		CountDownLatch cancelled = new CountDownLatch(1);
		AtomicReference<StreamObserver<?>> observer = new AtomicReference<>();
		server.handlers().unary = (ask, answers) -> {
			((ServerCallStreamObserver<?>) answers).setOnCancelHandler(cancelled::countDown);
			observer.set(answers);
			CancelScope.current().onCancel((reason) -> {
			});
			((OpenScope) CancelScope.current()).reschedule(Duration.ofMillis(100));
		};
		Outcome outcome = new Outcome();

		server.async().unary(Handlers.ask("a"), outcome);

		assertThat(outcome.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(cancelled.await(LONG, TimeUnit.SECONDS)).as("cancel handler was called").isTrue();
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.DEADLINE);
		assertThat(((ServerCallStreamObserver<?>) observer.get()).isCancelled()).isTrue();
	}

	@Test
	void lateAnswerOfAHandlerThatRunsIsKept() {
		TestServer server = TestServer.of(Transport.NETTY);
		server.handlers().unary = (ask, answers) -> {
			CountDownLatch told = new CountDownLatch(1);
			CancelScope.current().afterCancel((reason) -> told.countDown());
			((OpenScope) CancelScope.current()).reschedule(Duration.ofMillis(50));
			catchThrowable(() -> told.await(LONG, TimeUnit.SECONDS));
			answers.onNext(Handlers.answer("late"));
			answers.onCompleted();
		};

		assertThat(server.blocking().unary(Handlers.ask("a")).getText()).isEqualTo("late");
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.DEADLINE);
	}

	@Test
	void lateAnswerOfAHandlerThatWasAnsweredForIsDropped() throws InterruptedException {
		TestServer server = TestServer.of(Transport.NETTY);
		AtomicReference<StreamObserver<Answer>> late = new AtomicReference<>();
		server.handlers().unary = (ask, answers) -> {
			late.set(answers);
			((OpenScope) CancelScope.current()).reschedule(Duration.ofMillis(50));
		};
		Outcome outcome = new Outcome();

		server.async().unary(Handlers.ask("a"), outcome);

		assertThat(outcome.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		server.scopes().only();
		late.get().onNext(Handlers.answer("late"));
		late.get().onCompleted();
		assertThat(outcome.texts()).isEmpty();
	}

	@Test
	void messageOfAStreamIsASafePoint() {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		limited.handlers().serverStream = (ask, answers) -> {
			((OpenScope) CancelScope.current()).reschedule(Duration.ofMillis(50));
			thrown.set(catchThrowable(() -> {
				while (true) {
					if (answers instanceof ServerCallStreamObserver<?> stream && stream.isReady()) {
						answers.onNext(Handlers.answer("more"));
					}
					else if (CancelScope.current().isCancelled()) {
						answers.onNext(Handlers.answer("last"));
					}
				}
			}));
			throw (RuntimeException) thrown.get();
		};
		Outcome outcome = new Outcome();

		limited.async().serverStream(Handlers.ask("a"), outcome);

		assertThat(outcome.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
		assertThat(thrown.get()).isInstanceOf(DeadlineExceededException.class);
		assertThat(outcome.texts()).doesNotContain("last");
	}

	@Test
	void headersThatAreDeadlinesInHttpAreNotBelieved() {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("x-envoy-expected-rq-timeout-ms", Metadata.ASCII_STRING_MARSHALLER), "1");
		AtomicReference<Object> deadline = new AtomicReference<>();
		TestServer server = TestServer.of(Transport.NETTY);
		server.handlers().unary = (ask, answers) -> {
			deadline.set(CancelScope.current().deadline());
			answers.onNext(Handlers.answer("a"));
			answers.onCompleted();
		};

		server.blocking().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).unary(Handlers.ask("a"));

		assertThat(deadline.get()).hasToString("Optional.empty");
	}

	private static void block() {
		try {
			CancelScope.current().sleep(SeenScopes.SOON);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
