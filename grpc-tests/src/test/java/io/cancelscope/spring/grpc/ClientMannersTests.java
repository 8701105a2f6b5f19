package io.cancelscope.spring.grpc;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.grpc.CallPeer.Arrival;
import io.cancelscope.testing.ManualTime;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What the interceptor leaves alone, and calls in odd states.
 */
@Timeout(120)
class ClientMannersTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final ScopedClientInterceptor interceptor = new ScopedClientInterceptor();

	private CallPeer peer;

	@BeforeEach
	void open() throws Exception {
		this.peer = new CallPeer(Transport.NETTY);
	}

	@AfterEach
	void close() throws Exception {
		this.peer.close();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void callWithoutAScopeIsTheChannelsOwn() {
		Recording channel = new Recording();

		ClientCall<Ask, Answer> call = this.interceptor.interceptCall(CallsGrpc.getUnaryMethod(), CallOptions.DEFAULT,
				channel);

		assertThat(call).isSameAs(channel.call);
		assertThat(channel.options).isSameAs(CallOptions.DEFAULT);
	}

	@Test
	void optionsStayWhereTheScopeHasNoDeadline() {
		Recording channel = new Recording();

		this.scopes.run(ScopeOptions.none(),
				(scope) -> this.interceptor.interceptCall(CallsGrpc.getUnaryMethod(), CallOptions.DEFAULT, channel));

		assertThat(channel.options).isSameAs(CallOptions.DEFAULT);
	}

	@Test
	void optionsStayWhereTheirDeadlineIsEarlier() {
		Recording channel = new Recording();
		CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS);

		CancelScopes.create()
			.run(ScopeOptions.timeout(SOON),
					(scope) -> this.interceptor.interceptCall(CallsGrpc.getUnaryMethod(), options, channel));

		assertThat(channel.options).isSameAs(options);
	}

	@Test
	void hugeDeadlineDoesNotOverflow() {
		Recording channel = new Recording();

		CancelScopes.create()
			.run(ScopeOptions.timeout(Duration.ofSeconds(Long.MAX_VALUE)), (scope) -> this.interceptor
				.interceptCall(CallsGrpc.getUnaryMethod(), CallOptions.DEFAULT, channel));

		assertThat(channel.options.getDeadline().timeRemaining(TimeUnit.DAYS)).isBetween(50L * 365, 100L * 365);
	}

	/** Eight digits are sent. What is cut off must not make the server's time shorter. */
	@ParameterizedTest
	@CsvSource({ "0, 0", "1, 0", "99999999, 0", "100000000, 1000", "99999999999, 1000", "100000000000, 1000000",
			"99999999999999, 1000000", "100000000000000, 1000000000", "9000000000000000000, 1000000000" })
	void unitIsTheOneThatIsSent(long nanos, long unit) {
		assertThat(WireDeadline.unit(nanos)).isEqualTo(unit);
	}

	/**
	 * gRPC looks for a status among the causes of a cancellation. That of another call
	 * must not become this one's.
	 */
	@Test
	void statusOfAnotherCallIsNotTakenForThisOnes() throws Exception {
		ManagedChannel channel = this.peer.channel();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote"));
		try (scope) {
			FutureTask<?> call = CallThread.PLATFORM
				.run(scope.wrap(() -> CallStub.UNARY_BLOCKING.call(channel, "hang")));
			this.peer.arrival();

			scope.failed(Status.NOT_FOUND.withDescription("no such order").asRuntimeException());

			Throwable failure = CallThread.failure(call);
			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
			assertThat(failure.getCause()).isInstanceOf(ScopeCancelledException.class)
				.hasCauseInstanceOf(StatusRuntimeException.class);
		}
	}

	/** It goes on to the handler's own caller if the handler does not catch it. */
	@Test
	void descriptionQuotesNobody() throws Exception {
		ManagedChannel channel = this.peer.channel();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("secret-name"));
		try (scope) {
			FutureTask<?> call = CallThread.PLATFORM
				.run(scope.wrap(() -> CallStub.UNARY_BLOCKING.call(channel, "hang")));
			this.peer.arrival();

			scope.cancel("secret message", new IllegalStateException("secret cause"));

			assertThat(CallThread.failure(call).getMessage()).doesNotContain("secret");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "UNARY_BLOCKING", "UNARY_FUTURE", "SERVER_STREAM_ASYNC", "BIDI_STREAM_BLOCKING_V2" })
	void callEndsWhileTheNameOfTheServerIsLookedUp(CallStub stub) throws Exception {
		SilentResolver resolver = new SilentResolver();
		NameResolverRegistry.getDefaultRegistry().register(resolver);
		try {
			ManagedChannel channel = this.peer
				.channel(NettyChannelBuilder.forTarget("silent:///somewhere").intercept(this.interceptor));
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote"));
			try (scope) {
				FutureTask<?> call = CallThread.PLATFORM.run(scope.wrap(() -> stub.call(channel, "echo")));
				assertThat(resolver.asked).succeedsWithin(SOON);

				scope.cancel("nobody wants it");

				Throwable failure = CallThread.failure(call);
				assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
				assertThat(failure.getCause()).isInstanceOf(ScopeCancelledException.class);
			}
		}
		finally {
			NameResolverRegistry.getDefaultRegistry().deregister(resolver);
		}
	}

	@Test
	void messagesOfACancelledCallAreDropped() throws Exception {
		ManagedChannel channel = this.peer.channel();
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		OpenScope scope = this.scopes.open(ScopeOptions.none());
		try (scope) {
			StreamObserver<Ask> requests = CallsGrpc.newStub(channel).bidiStream(failingTo(failure));
			requests.onNext(CallStub.ask(CallPeer.HANG));
			this.peer.arrival();

			scope.cancel();

			requests.onNext(CallStub.ask("one more"));
			requests.onCompleted();
			assertThat(failure).succeedsWithin(SOON)
				.satisfies((thrown) -> assertThat(ScopeCancelledException.findIn(thrown)).isNotNull());
		}
	}

	/** Race: the scope cancels the call while the application's thread uses it. */
	@Test
	void callThatIsCancelledWhileItIsUsedDoesNotTell() {
		OpenScope scope = this.scopes.open(ScopeOptions.none());
		try (scope) {
			ClientCall<Ask, Answer> call = start(new CancelledCall(scope));

			call.sendMessage(CallStub.ask(CallPeer.ECHO));
			call.halfClose();
		}
	}

	/**
	 * Race: a scope's interrupt wakes a stub, which cancels its call before the scope
	 * does. Until the scope is cancelled, an interrupt is somebody else's.
	 */
	@Test
	void interruptOfTheScopeIsItsStop() {
		StandingTime now = new StandingTime();
		CancelScopes scopes = CancelScopes.builder().timeSource(now).build();
		OpenScope scope = scopes.open(ScopeOptions.timeout(SOON));
		try (scope) {
			assertThat(cancelledByInterrupt().reasons).hasSize(1).hasOnlyElementsOfType(InterruptedException.class);
			CancelledCall call = new CancelledCall(scope);
			ClientCall<Ask, Answer> started = start(call);

			now.nanos = SOON.toNanos();
			started.cancel("Thread interrupted", new InterruptedException());

			assertThat(call.reasons.get(0)).isInstanceOf(CallStopped.class);
		}
	}

	private CancelledCall cancelledByInterrupt() {
		CancelledCall call = new CancelledCall((OpenScope) CancelScope.current());
		start(call).cancel("Thread interrupted", new InterruptedException());
		return call;
	}

	private ClientCall<Ask, Answer> start(CancelledCall started) {
		Recording channel = new Recording();
		channel.call = started;
		ClientCall<Ask, Answer> call = this.interceptor.interceptCall(CallsGrpc.getUnaryMethod(), CallOptions.DEFAULT,
				channel);
		call.start(new ClientCall.Listener<>() {
		}, new Metadata());
		return call;
	}

	@Test
	void misuseOfAnOpenCallIsStillTold() throws Exception {
		ManagedChannel channel = this.peer.channel();
		OpenScope scope = this.scopes.open(ScopeOptions.none());
		try (scope) {
			StreamObserver<Ask> requests = CallsGrpc.newStub(channel).bidiStream(failingTo(new CompletableFuture<>()));
			requests.onCompleted();

			assertThatIllegalStateException().isThrownBy(() -> requests.onNext(CallStub.ask(CallPeer.HANG)));
			assertThatIllegalStateException().isThrownBy(requests::onCompleted);
			scope.cancel();
		}
	}

	@Test
	void cancellingByHandIsNotTheScopesDoing() throws Exception {
		ManagedChannel channel = this.peer.channel();
		ScopeOptions options = ScopeOptions.timeout(SOON);
		OpenScope scope = this.scopes.open(options);
		try (scope) {
			ListenableFuture<Answer> answer = CallsGrpc.newFutureStub(channel).unary(CallStub.ask(CallPeer.HANG));
			Arrival arrival = this.peer.arrival();

			answer.cancel(true);

			arrival.awaitCancelled();
			// Race: the end of the call takes the registration back on another thread.
			Awaitility.await().atMost(SOON).untilAsserted(() -> assertThat(this.time.pending()).isZero());
		}
	}

	/** Race: the answer is here, and the scope is cancelled before anybody reads it. */
	@Test
	void answerThatIsThereIsKept() throws Exception {
		Held executor = new Held();
		ManagedChannel channel = this.peer
			.channel(this.peer.builder().intercept(this.interceptor, executor).executor(executor));
		executor.hold(channel);
		OpenScope scope = this.scopes.open(ScopeOptions.none());
		try (scope) {
			ListenableFuture<Answer> answer = CallsGrpc.newFutureStub(channel).unary(CallStub.ask(CallPeer.ECHO));
			executor.awaitEnd();

			scope.cancel();
			executor.release();

			assertThat(answer.get(30, TimeUnit.SECONDS).getText()).isEqualTo("echo1");
		}
	}

	@ParameterizedTest
	@EnumSource(value = Code.class, names = { "CANCELLED", "DEADLINE_EXCEEDED", "NOT_FOUND" })
	void failureThatIsThereIsKept(Code code) throws Exception {
		Held executor = new Held();
		ManagedChannel channel = this.peer
			.channel(this.peer.builder().intercept(this.interceptor, executor).executor(executor));
		executor.hold(channel);
		OpenScope scope = CancelScopes.create().open(ScopeOptions.timeout(SOON));
		try (scope) {
			ListenableFuture<Answer> answer = CallsGrpc.newFutureStub(channel).unary(CallStub.ask(code.name()));
			executor.awaitEnd();

			scope.cancel();
			executor.release();

			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
				.havingCause()
				.satisfies(
						(failure) -> assertThat(CallStub.status(failure).getDescription()).isEqualTo("by the server"))
				.satisfies((failure) -> assertThat(ScopeCancelledException.findIn(failure)).isNull());
		}
	}

	/** Documented: the deadline on the wire is all that is left of the scope then. */
	@Test
	void callThatOutlivesItsScopeGoesOn() throws Exception {
		ManagedChannel channel = this.peer.channel();
		ListenableFuture<Answer> answer;
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(SOON));
		try (scope) {
			answer = CallsGrpc.newFutureStub(channel).unary(CallStub.ask(CallPeer.HANG));
		}
		Arrival arrival = this.peer.arrival();
		scope.cancel();
		this.time.advance(SOON);

		arrival.release("late");

		assertThat(answer.get(30, TimeUnit.SECONDS).getText()).isEqualTo("late");
	}

	@Test
	void callThatCannotStartLeavesNothingBehind() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(SOON));
		try (scope) {
			Recording channel = new Recording();
			channel.call = new FailingCall();
			ClientCall<Ask, Answer> call = this.interceptor.interceptCall(CallsGrpc.getUnaryMethod(),
					CallOptions.DEFAULT, channel);

			assertThatIllegalStateException().isThrownBy(() -> call.start(new ClientCall.Listener<>() {
			}, new Metadata())).withMessage("cannot start");

			assertThat(this.time.pending()).isZero();
		}
	}

	private static StreamObserver<Answer> failingTo(CompletableFuture<Throwable> failure) {
		return new StreamObserver<>() {

			@Override
			public void onNext(Answer answer) {
				failure.completeExceptionally(new AssertionError("an answer"));
			}

			@Override
			public void onError(Throwable thrown) {
				failure.complete(thrown);
			}

			@Override
			public void onCompleted() {
				failure.completeExceptionally(new AssertionError("the end"));
			}

		};
	}

	/**
	 * Keeps what it is to run until told to, and knows when the call has come to its end.
	 */
	private static final class Held extends ClientStreamTracer.Factory implements Executor, ClientInterceptor {

		private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

		private volatile CompletableFuture<Status> end = new CompletableFuture<>();

		private volatile boolean open = true;

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			return next.newCall(method, options.withStreamTracerFactory(this));
		}

		@Override
		public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
			return new ClientStreamTracer() {

				@Override
				public void streamClosed(Status status) {
					Held.this.end.complete(status);
				}

			};
		}

		@Override
		public void execute(Runnable task) {
			if (this.open) {
				new Thread(task).start();
			}
			else {
				this.tasks.add(task);
			}
		}

		/** The first call of a channel needs the executor in order to start. */
		void hold(ManagedChannel channel) throws Exception {
			CallStub.UNARY_FUTURE.call(channel, CallPeer.ECHO);
			this.end = new CompletableFuture<>();
			this.open = false;
		}

		void awaitEnd() {
			assertThat(this.end).succeedsWithin(SOON);
			Awaitility.await().atMost(SOON).until(() -> !this.tasks.isEmpty());
		}

		/** gRPC has one task in it at a time. */
		void release() {
			this.open = true;
			this.tasks.forEach(this::execute);
		}

	}

	private static final class Recording extends Channel {

		private CallOptions options;

		private ClientCall<?, ?> call = new FailingCall();

		@Override
		@SuppressWarnings("unchecked")
		public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
			this.options = options;
			return (ClientCall<Q, R>) this.call;
		}

		@Override
		public String authority() {
			return "nobody";
		}

	}

	/**
	 * Its scope is cancelled in the middle of sending.
	 */
	private static final class CancelledCall extends ClientCall<Ask, Answer> {

		private final List<Throwable> reasons = new ArrayList<>();

		private final OpenScope scope;

		private CancelledCall(OpenScope scope) {
			this.scope = scope;
		}

		@Override
		public void start(Listener<Answer> listener, Metadata headers) {
			// It goes out.
		}

		@Override
		public void request(int messages) {
			// They come.
		}

		@Override
		public void cancel(String message, Throwable cause) {
			this.reasons.add(cause);
		}

		@Override
		public void halfClose() {
			throw new AssertionError("half-closed after it was cancelled");
		}

		@Override
		public void sendMessage(Ask message) {
			this.scope.cancel();
			throw new IllegalStateException("call was cancelled");
		}

	}

	private static final class FailingCall extends ClientCall<Ask, Answer> {

		@Override
		public void start(Listener<Answer> listener, Metadata headers) {
			throw new IllegalStateException("cannot start");
		}

		@Override
		public void request(int messages) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void cancel(String message, Throwable cause) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void halfClose() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void sendMessage(Ask message) {
			throw new UnsupportedOperationException();
		}

	}

	/**
	 * A clock that wakes nobody.
	 */
	private static final class StandingTime implements TimeSource {

		private volatile long nanos;

		@Override
		public long nanoTime() {
			return this.nanos;
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			return () -> {
			};
		}

	}

	/**
	 * Knows where no server is.
	 */
	private static final class SilentResolver extends NameResolverProvider {

		private final CompletableFuture<Void> asked = new CompletableFuture<>();

		@Override
		public NameResolver newNameResolver(URI target, NameResolver.Args args) {
			return new NameResolver() {

				@Override
				public String getServiceAuthority() {
					return "somewhere";
				}

				@Override
				public void start(Listener2 listener) {
					SilentResolver.this.asked.complete(null);
				}

				@Override
				public void shutdown() {
					// It does nothing.
				}

			};
		}

		@Override
		protected boolean isAvailable() {
			return true;
		}

		@Override
		protected int priority() {
			return 5;
		}

		@Override
		public String getDefaultScheme() {
			return "silent";
		}

	}

}
