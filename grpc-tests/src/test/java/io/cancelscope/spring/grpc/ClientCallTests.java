package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.grpc.CallPeer.Arrival;
import io.cancelscope.testing.ManualTime;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls of all kinds, through all kinds of stubs, end with their scope.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource(Transport.class)
class ClientCallTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes onSystemTime = CancelScopes.create();

	private final Transport transport;

	private CallPeer peer;

	private ManagedChannel channel;

	ClientCallTests(Transport transport) {
		this.transport = transport;
	}

	@BeforeEach
	void open() throws Exception {
		this.peer = new CallPeer(this.transport);
		this.channel = this.peer.channel();
	}

	@AfterEach
	void close() throws Exception {
		this.peer.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void answersComeAndNothingIsRegisteredAfterwards(CallStub stub) throws Exception {
		ScopeOptions options = ScopeOptions.named("quote").withTimeout(Duration.ofSeconds(1));
		OpenScope scope = this.time.scopes().open(options);
		try (scope) {
			assertThat(stub.call(this.channel, CallPeer.ECHO)).isEqualTo(stub.echo());

			// A scope with a deadline has a timer as long as something is registered.
			assertThat(this.time.pending()).isZero();
			Arrival arrival = this.peer.arrival();
			scope.cancel();
			assertThat(arrival.cancelled()).isNotDone();
		}
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void callEndsWhenItsScopeIsCancelled(CallStub stub) throws Exception {
		assertEndsWhenCancelled(stub, CallPeer.HANG);
	}

	@ParameterizedTest
	@EnumSource(value = CallStub.class, mode = Mode.MATCH_ANY, names = { "SERVER_STREAM.*", "BIDI_STREAM.*" })
	void callEndsInTheMiddleOfItsAnswers(CallStub stub) throws Exception {
		assertEndsWhenCancelled(stub, CallPeer.DRIP);
	}

	private void assertEndsWhenCancelled(CallStub stub, String text) throws Exception {
		OpenScope scope = this.time.scopes().openUnbound(ScopeOptions.named("quote"));
		try (scope) {
			FutureTask<List<String>> call = CallThread.PLATFORM.run(scope.wrap(() -> stub.call(this.channel, text)));
			Arrival arrival = this.peer.arrival();

			scope.cancel("nobody wants it");

			Throwable failure = CallThread.failure(call);
			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
			assertThat(failure).hasCauseInstanceOf(ScopeCancelledException.class);
			assertThat(failure.getCause()).hasMessage("scope 'quote' was cancelled: nobody wants it");
			arrival.awaitCancelled();
		}
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void callEndsWhenTheTimeOfItsScopeIsUp(CallStub stub) throws Exception {
		ScopeOptions options = ScopeOptions.named("quote").withTimeout(Duration.ofMillis(150));

		Throwable failure = catchThrowable(
				() -> this.onSystemTime.run(options, (scope) -> stub.call(this.channel, CallPeer.HANG)));

		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(failure).hasCauseInstanceOf(DeadlineExceededException.class);
		assertThat(failure.getCause()).hasMessage("scope 'quote' (150ms) exceeded its deadline");
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void callEndsWhenTheTimeOfAScopeWithItsOwnClockIsUp(CallStub stub) throws Exception {
		ScopeOptions options = ScopeOptions.named("quote").withTimeout(Duration.ofMillis(150));
		OpenScope scope = this.time.scopes().openUnbound(options);
		try (scope) {
			FutureTask<List<String>> call = CallThread.PLATFORM
				.run(scope.wrap(() -> stub.call(this.channel, CallPeer.HANG)));
			Arrival arrival = this.peer.arrival();
			assertThat(arrival.timeout()).isNull();

			this.time.advance(Duration.ofMillis(150));

			Throwable failure = CallThread.failure(call);
			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
			assertThat(failure).hasCauseInstanceOf(DeadlineExceededException.class);
			arrival.awaitCancelled();
		}
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void nothingIsSentInACancelledScope(CallStub stub) throws Exception {
		ManagedChannel unused = this.peer.channel();
		Throwable failure = catchThrowable(() -> this.time.scopes().run(ScopeOptions.named("quote"), (scope) -> {
			scope.cancel("too late");
			stub.call(unused, CallPeer.ECHO);
		}));

		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
		assertThat(failure.getCause()).isInstanceOf(ScopeCancelledException.class)
			.hasMessage("scope 'quote' was cancelled: too late");
		assertThat(unused.getState(false)).isEqualTo(ConnectivityState.IDLE);
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void nothingIsSentWithoutTime(CallStub stub) throws Exception {
		Throwable failure = catchThrowable(() -> this.onSystemTime.run(ScopeOptions.timeout(Duration.ZERO),
				(scope) -> stub.call(this.channel, CallPeer.ECHO)));

		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(failure.getCause()).isInstanceOf(DeadlineExceededException.class);
		assertThat(this.peer.hasArrivals()).isFalse();
	}

	static Stream<Arguments> failures() {
		return Stream.of(CallStub.values())
			.flatMap((stub) -> Stream.of(Code.CANCELLED, Code.DEADLINE_EXCEEDED, Code.NOT_FOUND, Code.INTERNAL)
				.map((code) -> Arguments.of(stub, code)));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void statusOfTheServerPasses(CallStub stub, Code code) throws Exception {
		Throwable failure = catchThrowable(
				() -> this.onSystemTime.run(ScopeOptions.timeout(Duration.ofSeconds(60)).cancelOnException(false),
						(scope) -> stub.call(this.channel, code.name())));

		Status status = CallStub.status(failure);
		assertThat(status.getCode()).isEqualTo(code);
		assertThat(status.getDescription()).isEqualTo("by the server");
		assertThat(ScopeCancelledException.findIn(failure)).isNull();
		this.peer.arrival();
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void earlierDeadlineOfTheCallCounts(CallStub stub) throws Exception {
		Throwable failure = catchThrowable(
				() -> this.onSystemTime.run(ScopeOptions.timeout(Duration.ofSeconds(60)).cancelOnException(false),
						(scope) -> stub.call(this.channel,
								(options) -> options.withDeadlineAfter(150, TimeUnit.MILLISECONDS), CallPeer.HANG)));

		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(ScopeCancelledException.findIn(failure)).isNull();
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void earlierDeadlineOfTheScopeCounts(CallStub stub) throws Exception {
		Throwable failure = catchThrowable(
				() -> this.onSystemTime.run(ScopeOptions.timeout(Duration.ofMillis(150)), (scope) -> stub
					.call(this.channel, (options) -> options.withDeadlineAfter(60, TimeUnit.SECONDS), CallPeer.HANG)));

		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(failure.getCause()).isInstanceOf(DeadlineExceededException.class);
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void earlierOfTheTwoDeadlinesIsSent(CallStub stub) throws Exception {
		this.onSystemTime.run(ScopeOptions.timeout(Duration.ofSeconds(60)), (scope) -> {
			stub.call(this.channel, CallPeer.ECHO);
			assertThat(this.peer.arrival().timeoutMillis()).isBetween(1L, 60_000L);

			stub.call(this.channel, (options) -> options.withDeadlineAfter(600, TimeUnit.SECONDS), CallPeer.ECHO);
			assertThat(this.peer.arrival().timeoutMillis()).isBetween(1L, 60_000L);

			stub.call(this.channel, (options) -> options.withDeadlineAfter(50, TimeUnit.SECONDS), CallPeer.ECHO);
			assertThat(this.peer.arrival().timeoutMillis()).isBetween(1L, 50_000L);
		});
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void noDeadlineIsSentWhereNobodyHasOne(CallStub stub) throws Exception {
		this.onSystemTime.run(ScopeOptions.none(),
				(scope) -> assertThat(stub.call(this.channel, CallPeer.ECHO)).isEqualTo(stub.echo()));

		assertThat(this.peer.arrival().timeout()).isNull();
	}

	@ParameterizedTest
	@EnumSource(CallStub.class)
	void kindOfTheCancellationDecidesAboutTheStatus(CallStub stub) throws Exception {
		OpenScope scope = this.onSystemTime.openUnbound(ScopeOptions.timeout(Duration.ofSeconds(60)));
		try (scope) {
			FutureTask<List<String>> call = CallThread.PLATFORM
				.run(scope.wrap(() -> stub.call(this.channel, CallPeer.HANG)));
			Arrival arrival = this.peer.arrival();

			scope.cancel(CancelReason.Kind.DISCONNECTED, "the client is gone", null);

			Throwable failure = CallThread.failure(call);
			assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.CANCELLED);
			assertThat(CallStub.status(failure).getDescription()).isEqualTo("the scope of the call was cancelled");
			arrival.awaitCancelled();
		}
	}

}
