package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.grpc.CallPeer.Arrival;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls that are made while a server handles one: what reaches them of it, and what a
 * shield keeps out on the wire, too.
 */
@Timeout(120)
class ClientContextTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final CancelScopes scopes = CancelScopes.create();

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	/** gRPC's own context of the call that is handled; its caller gave it a minute. */
	private final Context.CancellableContext call = Context.ROOT.withDeadlineAfter(60, TimeUnit.SECONDS, this.timer);

	private final OpenScope callScope = this.scopes
		.openUnbound(ScopeOptions.named("handled").withTimeout(Duration.ofSeconds(60)));

	private CallPeer peer;

	private ManagedChannel channel;

	@BeforeEach
	void open() throws Exception {
		this.peer = new CallPeer(Transport.NETTY);
		this.channel = this.peer.channel();
	}

	@AfterEach
	void close() throws Exception {
		this.callScope.close();
		this.call.cancel(null);
		this.timer.shutdownNow();
		this.peer.close();
		assertThat(Context.current()).isSameAs(Context.ROOT);
	}

	/**
	 * What a shield, or its being detached, does to a scope inside of that of the call.
	 */
	enum Cut {

		SHIELD {
			@Override
			ScopeOptions apply(ScopeOptions options) {
				return options.shield();
			}
		},

		DETACHED {
			@Override
			ScopeOptions apply(ScopeOptions options) {
				return options.detached();
			}
		};

		abstract ScopeOptions apply(ScopeOptions options);

	}

	@ParameterizedTest
	@EnumSource(Cut.class)
	void callInAShieldHasNoDeadlineButItsOwn(Cut cut) throws Exception {
		inCall(() -> {
			this.scopes.run(cut.apply(ScopeOptions.none()), (scope) -> echo());
			assertThat(this.peer.arrival().timeout()).isNull();

			this.scopes.run(cut.apply(ScopeOptions.timeout(Duration.ofSeconds(600))), (scope) -> echo());
			assertThat(this.peer.arrival().timeoutMillis()).isBetween(60_000L, 600_000L);
			return null;
		});
	}

	@ParameterizedTest
	@EnumSource(Cut.class)
	void callInAShieldGoesOnWhenTheCallAroundIsCancelled(Cut cut) throws Exception {
		FutureTask<String> inner = CallThread.PLATFORM
			.run(() -> inCall(() -> this.scopes.call(cut.apply(ScopeOptions.none()), (scope) -> hang())));
		Arrival arrival = this.peer.arrival();

		this.call.cancel(new IllegalStateException("the client is gone"));
		this.callScope.cancel(CancelReason.Kind.DISCONNECTED, "the client is gone", null);
		arrival.release("done");

		assertThat(inner).succeedsWithin(SOON).isEqualTo("done");
	}

	@ParameterizedTest
	@EnumSource(Cut.class)
	void callInAShieldStartsAfterTheCallAroundWasCancelled(Cut cut) throws Exception {
		inCall(() -> {
			this.call.cancel(new IllegalStateException("the client is gone"));
			this.callScope.cancel(CancelReason.Kind.DISCONNECTED, "the client is gone", null);

			this.scopes.run(cut.apply(ScopeOptions.none()), (scope) -> echo());
			return null;
		});
	}

	@Test
	void scopesExceptionIsTheCauseHoweverEarlyTheContextIsCancelled() throws Exception {
		FutureTask<String> inner = CallThread.PLATFORM.run(() -> inCall(this::hang));
		Arrival arrival = this.peer.arrival();

		// As gRPC does: its own context first, and the scope is told by another thread.
		this.call.cancel(new IllegalStateException("the client is gone"));
		this.callScope.cancel(CancelReason.Kind.DISCONNECTED, "the client is gone", null);

		Throwable failure = CallThread.failure(inner);
		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
		assertThat(failure.getCause()).isInstanceOf(ScopeCancelledException.class)
			.hasMessage("scope 'handled' (1m) was cancelled: the client is gone");
		arrival.awaitCancelled();
	}

	@Test
	void callOfTheScopeAroundIsNotEndedByTheContextAlone() throws Exception {
		FutureTask<String> inner = CallThread.PLATFORM.run(() -> inCall(this::hang));
		Arrival arrival = this.peer.arrival();
		assertThat(arrival.timeoutMillis()).isLessThanOrEqualTo(60_000);

		this.call.cancel(new IllegalStateException("the client is gone"));
		arrival.release("done");

		assertThat(inner).succeedsWithin(SOON).isEqualTo("done");
	}

	@Test
	void workThatOutlivesTheCallMakesCalls() throws Exception {
		OpenScope mail = this.scopes.openUnbound(ScopeOptions.named("mail").detached());
		this.callScope.close();
		this.call.cancel(null);

		try (mail) {
			this.call.call(() -> CallScope.in(this.call, this.callScope).call(mail.wrap(() -> {
				echo();
				return null;
			})));
		}
	}

	@Test
	void deadlineThatTheApplicationGaveItsContextCounts() throws Exception {
		inCall(() -> {
			Context.CancellableContext own = Context.current()
				.withDeadlineAfter(200, TimeUnit.MILLISECONDS, this.timer);
			Throwable failure = catchThrowable(
					() -> own.call(() -> this.scopes.call(ScopeOptions.none().shield(), (scope) -> hang())));

			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
			assertThat(ScopeCancelledException.findIn(failure)).isNull();
			return null;
		});
	}

	@Test
	void deadlineThatTheApplicationGaveItsContextIsSent() throws Exception {
		inCall(() -> {
			Context.CancellableContext own = Context.current().withDeadlineAfter(50, TimeUnit.SECONDS, this.timer);
			own.call(() -> this.scopes.call(ScopeOptions.none().shield(), (scope) -> echo()));

			assertThat(this.peer.arrival().timeoutMillis()).isBetween(1L, 50_000L);
			own.cancel(null);
			return null;
		});
	}

	@Test
	void cancellingAContextOfTheApplicationCounts() throws Exception {
		BlockingQueue<Context.CancellableContext> contexts = new LinkedBlockingQueue<>();
		FutureTask<String> inner = CallThread.PLATFORM.run(() -> inCall(() -> {
			Context.CancellableContext own = Context.current().withCancellation();
			contexts.add(own);
			return own.call(() -> this.scopes.call(ScopeOptions.none().shield(), (scope) -> hang()));
		}));
		Arrival arrival = this.peer.arrival();

		contexts.take().cancel(new IllegalStateException("not needed any more"));

		Throwable failure = CallThread.failure(inner);
		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
		assertThat(failure).hasCauseInstanceOf(IllegalStateException.class);
		assertThat(ScopeCancelledException.findIn(failure)).isNull();
		arrival.awaitCancelled();
	}

	@Test
	void contextsOfTheApplicationCountOutsideOfCallsAsWell() throws Exception {
		Context.CancellableContext own = Context.current().withDeadlineAfter(200, TimeUnit.MILLISECONDS, this.timer);
		try (own) {
			Throwable failure = catchThrowable(() -> own
				.call(() -> this.scopes.call(ScopeOptions.timeout(SOON).cancelOnException(false), (scope) -> hang())));

			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
			assertThat(ScopeCancelledException.findIn(failure)).isNull();
		}
	}

	@Test
	void deadlineOfTheScopeIsItsOwnInACall() throws Exception {
		inCall(() -> {
			Throwable failure = catchThrowable(
					() -> this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(150)), (scope) -> hang()));

			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
			assertThat(failure.getCause()).isInstanceOf(DeadlineExceededException.class);
			return null;
		});
	}

	/** Without it gRPC's own way is left: nobody else would end these calls. */
	@Test
	void observedScopeLeavesTheContextAsItIs() throws Exception {
		CancelScopes observing = CancelScopes.builder().observe((scope) -> true).build();
		OpenScope observed = observing.openUnbound(ScopeOptions.named("handled"));
		try (observed) {
			assertThat(CallScope.in(this.call, observed)).isSameAs(this.call);
			FutureTask<String> inner = CallThread.PLATFORM
				.run(() -> CallScope.in(this.call, observed).call(observed.wrap(this::hang)));
			Arrival arrival = this.peer.arrival();
			assertThat(arrival.timeoutMillis()).isLessThanOrEqualTo(60_000);

			this.call.cancel(new IllegalStateException("the client is gone"));

			Throwable failure = CallThread.failure(inner);
			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
			assertThat(failure).hasCauseInstanceOf(IllegalStateException.class);
			arrival.awaitCancelled();
		}
	}

	@Test
	void callbacksRunInTheContextOfTheCaller() throws Exception {
		Context.Key<String> key = Context.key("of the application");
		Seen seen = new Seen(this.channel);
		Context caller = Context.current().withValue(key, "value");

		this.scopes.run(ScopeOptions.timeout(SOON), (scope) -> {
			caller.run(() -> CallsGrpc.newStub(this.channel).bidiStream(seen));
			seen.requests.onNext(CallStub.ask(CallPeer.ECHO));
			seen.requests.onCompleted();
			assertThat(seen.after.poll(30, TimeUnit.SECONDS)).isEqualTo("echo1");
		});

		assertThat(seen.contexts).hasSizeGreaterThanOrEqualTo(4).containsOnly(caller);
	}

	private String echo() {
		return CallsGrpc.newBlockingStub(this.channel).unary(CallStub.ask(CallPeer.ECHO)).getText();
	}

	private String hang() {
		return CallsGrpc.newBlockingStub(this.channel).unary(CallStub.ask(CallPeer.HANG)).getText();
	}

	/** Runs code as the handler of a call. */
	private <T> T inCall(Callable<T> code) throws Exception {
		return this.call.call(() -> CallScope.in(Context.current(), this.callScope).call(this.callScope.wrap(code)));
	}

	/**
	 * Makes another call when its own is complete.
	 */
	private static final class Seen implements ClientResponseObserver<Ask, Answer> {

		private final List<Context> contexts = new CopyOnWriteArrayList<>();

		private final BlockingQueue<String> after = new LinkedBlockingQueue<>();

		private final ManagedChannel channel;

		private ClientCallStreamObserver<Ask> requests;

		private Seen(ManagedChannel channel) {
			this.channel = channel;
		}

		@Override
		public void beforeStart(ClientCallStreamObserver<Ask> requests) {
			this.requests = requests;
			requests.setOnReadyHandler(() -> this.contexts.add(Context.current()));
		}

		@Override
		public void onNext(Answer answer) {
			this.contexts.add(Context.current());
		}

		@Override
		public void onError(Throwable failure) {
			this.after.add(failure.toString());
		}

		/** The context of the call that is over must not end this one. */
		@Override
		public void onCompleted() {
			this.contexts.add(Context.current());
			CallsGrpc.newStub(this.channel).unary(CallStub.ask(CallPeer.ECHO), new StreamObserver<>() {

				@Override
				public void onNext(Answer answer) {
					Seen.this.after.add(answer.getText());
				}

				@Override
				public void onError(Throwable failure) {
					Seen.this.after.add(failure.toString());
				}

				@Override
				public void onCompleted() {
					// The answer is what counts.
				}

			});
		}

	}

}
