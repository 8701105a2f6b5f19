package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.InsufficientBudgetException;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.testing.ManualTime;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * {@code cancel-scope.requires} for calls of gRPC: one whose time no longer suffices is
 * not begun. Budgets are changed between the calls; deadlines of callers are on gRPC's
 * own clock.
 */
class RequiredByCallsTests {

	private static final int ENOUGH = 20;

	private static final String UNARY = "cancelscope.calls.Calls/Unary";

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final ManualTime time = new ManualTime();

	private final SeenScopes seen = new SeenScopes();

	private final OpenCalls calls = new OpenCalls();

	private final MockEnvironment environment = new MockEnvironment();

	private BudgetChanges changes = changes(settings());

	private final AtomicInteger begun = new AtomicInteger();

	@AfterEach
	void shutDown() {
		this.timer.shutdownNow();
		assertThat(this.calls.size()).isZero();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void callWhoseUsualTimeIsNotLeftIsNotBegun() {
		ScopedServerInterceptor interceptor = interceptor("auto", false);
		take(interceptor, Status.OK);
		Status late = outOfTime(interceptor);

		FakeCall refused = call(interceptor, Duration.ofMillis(200), 0, Status.OK);

		assertThat(this.begun).hasValue(ENOUGH);
		assertThat(this.seen.last().outcome()).isEqualTo(ScopeOutcome.SHED);
		assertThat(refused.closed()).singleElement().satisfies((status) -> {
			assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED).isEqualTo(late.getCode());
			assertThat(status.getDescription()).isEqualTo(late.getDescription());
			assertThat(status.getCause()).hasMessageContaining("it usually takes 300ms")
				.hasCauseInstanceOf(InsufficientBudgetException.class);
		});
		assertThat(call(interceptor, null, 0, Status.OK).closed()).containsExactly(Status.OK);
		assertThat(this.begun).as("a call without a deadline begins").hasValue(ENOUGH + 1);
	}

	/** As a call is answered that has no time at all, and requires none. */
	private Status outOfTime(ScopedServerInterceptor interceptor) {
		FakeCall late = call(interceptor, within(0), 0, null, CallsGrpc.getServerStreamMethod());
		await().atMost(SeenScopes.SOON).until(() -> !late.closed().isEmpty());
		this.begun.decrementAndGet();
		return late.closed().get(0);
	}

	@Test
	void durationIsRequiredFromTheFirstCallOn() {
		ScopedServerInterceptor interceptor = interceptor("1h", false);

		assertThat(call(interceptor, within(30), 0, Status.OK, CallsGrpc.getUnaryMethod()).closed())
			.extracting(Status::getCode)
			.containsExactly(Status.Code.DEADLINE_EXCEEDED);
		assertThat(this.begun).hasValue(0);
		assertThat(call(interceptor, within(120), 0, Status.OK, CallsGrpc.getUnaryMethod()).closed())
			.containsExactly(Status.OK);
		assertThat(call(interceptor, Duration.ofMinutes(30), 0, Status.OK).closed()).extracting(Status::getCode)
			.containsExactly(Status.Code.DEADLINE_EXCEEDED);
	}

	@Test
	void observedCallCountsWhatItsCallerLeaves() {
		ScopedServerInterceptor interceptor = interceptor("1h", true);

		call(interceptor, within(120), 0, Status.OK, CallsGrpc.getUnaryMethod());
		assertThat(this.seen.observed()).isEmpty();
		call(interceptor, within(30), 0, Status.OK, CallsGrpc.getUnaryMethod());

		assertThat(this.seen.observed()).hasSize(1);
		assertThat(this.begun).hasValue(2);
	}

	/** The context of a call whose caller waits that long. */
	private Context.CancellableContext within(long minutes) {
		return Context.ROOT.withDeadlineAfter(minutes, TimeUnit.MINUTES, this.timer);
	}

	@ParameterizedTest
	@ValueSource(strings = { "auto", "1h" })
	void observedCallIsBegunAndCounted(String required) {
		ScopedServerInterceptor interceptor = interceptor(required, true);
		take(interceptor, Status.OK);
		assertThat(this.seen.observed()).isEmpty();

		assertThat(call(interceptor, Duration.ofMillis(200), 0, Status.OK).closed()).containsExactly(Status.OK);

		assertThat(this.begun).hasValue(ENOUGH + 1);
		assertThat(this.seen.observed()).singleElement()
			.satisfies((reason) -> assertThat(reason.cause()).isInstanceOf(InsufficientBudgetException.class));
	}

	@Test
	void nothingIsRefusedUnlessAPropertyAsksForIt() {
		ScopedServerInterceptor interceptor = interceptor("off", false);
		take(interceptor, Status.OK);

		assertThat(call(interceptor, Duration.ofMinutes(1), 0, Status.OK).closed()).containsExactly(Status.OK);
	}

	@Test
	void statusThatTheHandlerChoosesEndsTheWorkAsWell() {
		ScopedServerInterceptor interceptor = interceptor("auto", false);
		take(interceptor, Status.NOT_FOUND);

		assertThat(call(interceptor, Duration.ofMillis(200), 0, Status.OK).closed()).extracting(Status::getCode)
			.containsExactly(Status.Code.DEADLINE_EXCEEDED);
	}

	/** Nobody knows how long it would have taken. */
	@Test
	void callThatFailsIsNotLearnt() {
		ScopedServerInterceptor interceptor = interceptor("auto", false);
		take(interceptor, Status.UNKNOWN.withCause(new IllegalStateException("broken")));

		assertThat(call(interceptor, Duration.ofMinutes(1), 0, Status.OK).closed()).containsExactly(Status.OK);
		assertThat(this.begun).hasValue(ENOUGH + 1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void callThatIsStoppedTakesLonger(boolean byItsCaller) {
		ScopedServerInterceptor interceptor = interceptor("auto", false);
		for (int i = 0; i < ENOUGH; i++) {
			Context.CancellableContext around = Context.ROOT.withCancellation();
			Call call = start(interceptor, around, CallsGrpc.getUnaryMethod());
			this.time.advance(Duration.ofMillis(300));
			if (byItsCaller) {
				around.cancel(Status.CANCELLED.asException());
			}
			else {
				call.scope.cancel("the desk closes");
			}
			call.listener.onCancel();
			this.seen.last();
		}

		assertThat(call(interceptor, Duration.ofMillis(200), 0, Status.OK).closed()).extracting(Status::getCode)
			.containsExactly(Status.Code.DEADLINE_EXCEEDED);
	}

	private void take(ScopedServerInterceptor interceptor, Status status) {
		for (int i = 0; i < ENOUGH; i++) {
			assertThat(call(interceptor, null, 300, status).closed()).hasSize(1);
		}
	}

	private FakeCall call(ScopedServerInterceptor interceptor, @Nullable Duration left, long millis, Status status) {
		return call(interceptor, left, millis, status, CallsGrpc.getUnaryMethod());
	}

	/** A whole call; without a status, its handler does not answer. */
	private FakeCall call(ScopedServerInterceptor interceptor, @Nullable Duration left, long millis,
			@Nullable Status status, MethodDescriptor<Ask, Answer> method) {
		this.changes.execute((left != null) ? BudgetCommand.change(method.getFullMethodName(), left, null, null, null)
				: BudgetCommand.reset(null, null));
		return call(interceptor, Context.ROOT.withCancellation(), millis, status, method);
	}

	private FakeCall call(ScopedServerInterceptor interceptor, Context.CancellableContext around, long millis,
			@Nullable Status status, MethodDescriptor<Ask, Answer> method) {
		Call call = start(interceptor, around, method);
		this.time.advance(Duration.ofMillis(millis));
		if (call.handled != null && status != null) {
			call.handled.close(status, new Metadata());
		}
		call.listener.onComplete();
		this.seen.last();
		around.cancel(null);
		return call.fake;
	}

	private Call start(ScopedServerInterceptor interceptor, Context.CancellableContext around,
			MethodDescriptor<Ask, Answer> method) {
		Call call = new Call(new FakeCall(method));
		Context before = around.attach();
		try {
			call.listener = interceptor.interceptCall(call.fake, new Metadata(), (handled, headers) -> {
				this.begun.incrementAndGet();
				call.handled = handled;
				call.scope = CancelScope.current();
				return new ServerCall.Listener<>() {
				};
			});
		}
		finally {
			around.detach(before);
		}
		return call;
	}

	private ScopedServerInterceptor interceptor(String required, boolean observed) {
		CancelScopes scopes = CancelScopes.builder()
			.timeSource(this.time)
			.listener(this.seen)
			.observe((name) -> observed)
			.build();
		this.environment.setProperty("cancel-scope.requires[" + UNARY + "]", required);
		ScopeSettings settings = settings();
		this.changes = changes(settings);
		ServedMethods methods = new ServedMethods(() -> Stream.of(new Handlers().bindService()));
		return new ScopedServerInterceptor(new ServedScopes(scopes, this.time, settings, methods,
				new CancelScopeGrpcProperties.Server(null, null)), new CallAnswers(List::of), this.calls);
	}

	private BudgetChanges changes(ScopeSettings settings) {
		return new BudgetChanges(settings, this.time, () -> null);
	}

	private ScopeSettings settings() {
		return ScopeSettings.of(new Binder(new MapConfigurationPropertySource(Map.of())).bindOrCreate("cancel-scope",
				CancelScopeProperties.class), this.environment);
	}

	/** A call, and what its handler has. */
	private static final class Call {

		private final FakeCall fake;

		private ServerCall.Listener<Ask> listener = new ServerCall.Listener<>() {
		};

		private @Nullable ServerCall<Ask, Answer> handled;

		private CancelScope scope = CancelScope.current();

		private Call(FakeCall fake) {
			this.fake = fake;
		}

	}

}
