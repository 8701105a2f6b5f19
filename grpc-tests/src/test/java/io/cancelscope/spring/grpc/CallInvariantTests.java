package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ScopeSettings;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A call's scope and its context end together, and once. No server: the contexts are made
 * by the tests.
 */
class CallInvariantTests {

	private static final List<MethodDescriptor<Ask, Answer>> METHODS = List.of(CallsGrpc.getUnaryMethod(),
			CallsGrpc.getServerStreamMethod(), CallsGrpc.getClientStreamMethod(), CallsGrpc.getBidiStreamMethod());

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final SeenScopes seen = new SeenScopes();

	private final CancelScopes scopes = CancelScopes.builder().listener(this.seen).build();

	private final OpenCalls calls = new OpenCalls();

	@AfterEach
	void shutDown() {
		this.timer.shutdownNow();
	}

	@RepeatedTest(200)
	void deadlineOfTheScopeIsNotAfterThatOfTheContext() {
		Random random = new Random();
		MethodDescriptor<Ask, Answer> method = METHODS.get(random.nextInt(METHODS.size()));
		Duration timeout = maybe(random);
		Duration most = maybe(random);
		Duration asked = maybe(random);
		Call call = start(method, context(asked), timeout, most);

		Duration left = (asked != null)
				? Duration.ofNanos(call.around.getDeadline().timeRemaining(TimeUnit.NANOSECONDS)) : null;
		Duration budget = call.scope.remaining().orElse(null);
		String tried = "%s, asked %s, timeout %s, max-timeout %s".formatted(method.getType(), asked, timeout, most);
		if (left != null) {
			assertThat(budget).as(tried).isLessThanOrEqualTo(left);
		}
		if (timeout != null && method.getType() == MethodDescriptor.MethodType.UNARY) {
			assertThat(budget).as(tried).isLessThanOrEqualTo(timeout);
		}
		if (most != null && asked != null) {
			assertThat(budget).as(tried).isLessThanOrEqualTo(most);
		}
		assertThat(call.inside.isCancelled()).as(tried).isFalse();

		endSomehow(call, random);
		await().pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.atMost(SeenScopes.SOON)
			.untilAsserted(() -> {
				assertThat(call.scope.isCancelled()).isTrue();
				assertThat(call.inside.isCancelled()).isTrue();
				assertThat(call.fake.closed()).hasSize(1);
			});
		call.listener.onCancel();
		this.seen.only();
		assertThat(this.calls.size()).isZero();
		assertThat(call.scopeCancelled).hasValue(1);
		assertThat(call.contextCancelled).hasValue(1);
		assertThat(call.fake.closed()).hasSize(1);
	}

	private static void endSomehow(Call call, Random random) {
		switch (random.nextInt(4)) {
			case 0 -> call.scope.cancel("by the handler");
			case 1 -> call.around.cancel(new TimeoutException("the deadline"));
			case 2 -> call.around.cancel(Status.CANCELLED.asRuntimeException());
			default -> {
				Thread other = new Thread(() -> call.around.cancel(Status.CANCELLED.asRuntimeException()));
				other.start();
				call.scope.cancel("at the same time");
			}
		}
	}

	private static Duration maybe(Random random) {
		return random.nextBoolean() ? Duration.ofSeconds(60 + random.nextInt(1000)) : null;
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE, Long.MAX_VALUE - 1 })
	void hostileDeadlinesInNanoseconds(long nanos) {
		assertHarmless(Deadline.after(nanos, TimeUnit.NANOSECONDS));
	}

	@ParameterizedTest
	@MethodSource
	void hostileDeadlinesOfTheProtocol(Deadline deadline) {
		assertHarmless(deadline);
	}

	static Stream<Deadline> hostileDeadlinesOfTheProtocol() {
		return Stream.of(TimeUnit.values()).map((unit) -> Deadline.after(99_999_999, unit));
	}

	private void assertHarmless(Deadline deadline) {
		Context.CancellableContext context = Context.ROOT.withDeadline(deadline, this.timer);
		Call call = start(CallsGrpc.getUnaryMethod(), context, null, null);

		long left = deadline.timeRemaining(TimeUnit.NANOSECONDS);
		assertThat(call.scope.deadline()).isPresent();
		if (left <= 0) {
			assertThat(call.scope.reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
			await().atMost(SeenScopes.SOON).until(() -> call.fake.closed().size() == 1);
			assertThat(call.fake.closed().get(0).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
			assertThat(call.begun).as("handler was called").hasNullValue();
		}
		else {
			assertThat(call.scope.isCancelled()).isFalse();
		}
		context.cancel(Status.CANCELLED.asRuntimeException());
		call.listener.onCancel();
		this.seen.only();
	}

	/** An interceptor further out failed after the handler had begun. */
	@Test
	void contextThatEndsWithoutACauseEndsTheScope() {
		Call call = start(CallsGrpc.getUnaryMethod(), context(null), null, null);

		call.around.cancel(null);

		assertThat(this.seen.only().kind()).isNull();
		assertThat(this.calls.size()).isZero();
	}

	@Test
	void callerThatLeavesAtItsDeadlineIsOutOfTime() {
		Context.CancellableContext context = Context.ROOT.withDeadline(Deadline.after(15, TimeUnit.MILLISECONDS),
				this.timer);
		Call call = start(CallsGrpc.getServerStreamMethod(), context, null, null);

		call.around.cancel(Status.CANCELLED.asRuntimeException());
		call.listener.onCancel();

		assertThat(this.seen.only().kind()).isEqualTo(CancelReason.Kind.DEADLINE);
	}

	/**
	 * Race: the server breaks the call off before the thread that cancels it has begun.
	 */
	@Test
	void callThatAStoppingServerBreaksOffIsStopped() {
		Deque<Runnable> aside = new ArrayDeque<>();
		OpenCalls stopping = new OpenCalls(aside::push);
		Call call = start(CallsGrpc.getServerStreamMethod(), context(null), null, null, stopping);

		assertThat(stopping.stop((open) -> true)).isOne();
		call.around.cancel(Status.UNAVAILABLE.asRuntimeException());
		call.listener.onCancel();
		while (!aside.isEmpty()) {
			aside.pop().run(); // the last first
		}

		assertThat(this.seen.only().kind()).isEqualTo(CancelReason.Kind.SHUTDOWN);
	}

	private Context.CancellableContext context(Duration deadline) {
		return (deadline != null) ? Context.ROOT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS, this.timer)
				: Context.ROOT.withCancellation();
	}

	private Call start(MethodDescriptor<Ask, Answer> method, Context.CancellableContext around, Duration timeout,
			Duration most) {
		return start(method, around, timeout, most, this.calls);
	}

	private Call start(MethodDescriptor<Ask, Answer> method, Context.CancellableContext around, Duration timeout,
			Duration most, OpenCalls calls) {
		ServedMethods methods = new ServedMethods(() -> Stream.of(new Handlers().bindService()));
		ScopedServerInterceptor interceptor = new ScopedServerInterceptor(new ServedScopes(this.scopes,
				TimeSource.system(), settings(), methods, new CancelScopeGrpcProperties.Server(timeout, most)),
				new CallAnswers(List::of), calls);
		return new Call(method, around).start(interceptor);
	}

	private static ScopeSettings settings() {
		return ScopeSettings.of(new Binder(new MapConfigurationPropertySource(Map.of())).bindOrCreate("cancel-scope",
				CancelScopeProperties.class), new MockEnvironment());
	}

	/** A call, and what its handler has. */
	private static final class Call {

		private final FakeCall fake;

		private final Context.CancellableContext around;

		private final AtomicInteger scopeCancelled = new AtomicInteger();

		private final AtomicInteger contextCancelled = new AtomicInteger();

		private final AtomicReference<Ask> begun = new AtomicReference<>();

		private CancelScope scope = CancelScope.current();

		private Context inside = Context.ROOT;

		private ServerCall.Listener<Ask> listener = new ServerCall.Listener<>() {
		};

		private Call(MethodDescriptor<Ask, Answer> method, Context.CancellableContext around) {
			this.fake = new FakeCall(method);
			this.around = around;
		}

		private Call start(ScopedServerInterceptor interceptor) {
			Context before = this.around.attach();
			try {
				this.listener = interceptor.interceptCall(this.fake, new Metadata(), (call, headers) -> {
					this.scope = CancelScope.current();
					this.inside = Context.current();
					this.scope.onCancel((reason) -> this.scopeCancelled.incrementAndGet());
					this.inside.addListener((context) -> this.contextCancelled.incrementAndGet(), Runnable::run);
					return new ServerCall.Listener<>() {

						@Override
						public void onMessage(Ask message) {
							Call.this.begun.set(message);
						}

					};
				});
			}
			finally {
				this.around.detach(before);
			}
			this.listener.onMessage(Handlers.ask("a"));
			return this;
		}

	}

}
