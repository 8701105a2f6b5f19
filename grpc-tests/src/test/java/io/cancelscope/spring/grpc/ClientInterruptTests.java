package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.grpc.CallPeer.Arrival;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scopes that interrupt, and stubs that wait: a stub answers to an interrupt by itself,
 * by cancelling its call and setting the flag again.
 */
@Timeout(120)
class ClientInterruptTests {

	/** Which of the two comes first is a matter of chance. */
	private static final int ROUNDS = Integer.getInteger("cancel-scope.grpc.interrupts", 20);

	private final CancelScopes scopes = CancelScopes.create();

	private CallPeer peer;

	private ManagedChannel channel;

	static Stream<Arguments> waits() {
		return Stream.of(CallStub.values())
			.filter(CallStub::isBlocking)
			.flatMap((stub) -> Stream.of(CallThread.values()).map((thread) -> Arguments.of(stub, thread)));
	}

	@BeforeEach
	void open() throws Exception {
		this.peer = new CallPeer(Transport.NETTY);
		this.channel = this.peer.channel();
	}

	@AfterEach
	void close() throws Exception {
		this.peer.close();
	}

	@ParameterizedTest
	@MethodSource("waits")
	void nothingOfTheInterruptIsLeft(CallStub stub, CallThread thread) throws Exception {
		for (int i = 0; i < ROUNDS; i++) {
			CompletableFuture<CancelScope> scope = new CompletableFuture<>();
			FutureTask<Boolean> call = thread.run(() -> {
				try {
					this.scopes.run(ScopeOptions.named("quote").interrupt(), (open) -> {
						scope.complete(open);
						stub.call(this.channel, CallPeer.HANG);
					});
				}
				catch (Exception ex) {
					assertIsOfScope(ex);
					boolean interrupted = Thread.currentThread().isInterrupted();
					// The thread is fit for the next call.
					assertThat(stub.call(this.channel, CallPeer.ECHO)).isEqualTo(stub.echo());
					return interrupted;
				}
				throw new AssertionError("It has not failed");
			});
			Arrival arrival = this.peer.arrival();

			scope.get().cancel("nobody wants it");

			assertThat(call.get(60, TimeUnit.SECONDS)).as("an interrupt left behind").isFalse();
			arrival.awaitCancelled();
			this.peer.arrival();
		}
	}

	@ParameterizedTest
	@MethodSource("waits")
	void nothingOfTheInterruptIsLeftAfterADeadline(CallStub stub, CallThread thread) throws Exception {
		FutureTask<Boolean> call = thread.run(() -> {
			try {
				this.scopes.run(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(100)).interrupt(),
						(open) -> stub.call(this.channel, CallPeer.HANG));
			}
			catch (Exception ex) {
				assertIsOfScope(ex);
				return Thread.currentThread().isInterrupted();
			}
			throw new AssertionError("It has not failed");
		});

		assertThat(call.get(60, TimeUnit.SECONDS)).as("an interrupt left behind").isFalse();
	}

	/**
	 * A status has the scope's exception as its cause. A bare interruption becomes the
	 * scope's exception: it comes out of streams of {@code BlockingV2}, and of a future
	 * that is asked for its result the moment after.
	 */
	private static void assertIsOfScope(Exception failure) {
		if (!(failure instanceof ScopeCancelledException)) {
			assertThat(CallStub.status(failure).getCode()).isIn(Code.CANCELLED, Code.DEADLINE_EXCEEDED);
			assertThat(failure.getCause()).isInstanceOf(ScopeCancelledException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(CallThread.class)
	void interruptOfSomebodyElseIsNotLost(CallThread thread) throws Exception {
		CompletableFuture<Thread> caller = new CompletableFuture<>();
		FutureTask<Boolean> call = thread.run(() -> {
			caller.complete(Thread.currentThread());
			try {
				this.scopes.run(ScopeOptions.named("quote").interrupt(),
						(open) -> CallStub.UNARY_BLOCKING.call(this.channel, CallPeer.HANG));
			}
			catch (Exception ex) {
				assertThat(CallStub.status(ex).getCode()).isEqualTo(Code.CANCELLED);
				assertThat(ex).hasCauseInstanceOf(InterruptedException.class);
				assertThat(ScopeCancelledException.findIn(ex)).isNull();
				return Thread.currentThread().isInterrupted();
			}
			throw new AssertionError("It has not failed");
		});
		Arrival arrival = this.peer.arrival();

		caller.get().interrupt();

		assertThat(call.get(60, TimeUnit.SECONDS)).as("the flag").isTrue();
		arrival.awaitCancelled();
	}

	@ParameterizedTest
	@EnumSource(CallThread.class)
	void cancelledScopeFailsTheCallAndKeepsItsFlagToItself(CallThread thread) throws Exception {
		FutureTask<Boolean> call = thread.run(() -> {
			try {
				this.scopes.run(ScopeOptions.named("quote").interrupt(), (open) -> {
					CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
					CallThread.PLATFORM.run(() -> cancelled.complete(open.cancel("too late")));
					// Does not take the interrupt.
					assertThat(cancelled.join()).isTrue();
					CallStub.UNARY_BLOCKING.call(this.channel, CallPeer.ECHO);
				});
			}
			catch (Exception ex) {
				assertIsOfScope(ex);
				return Thread.currentThread().isInterrupted();
			}
			throw new AssertionError("It has not failed");
		});

		assertThat(call.get(60, TimeUnit.SECONDS)).as("an interrupt left behind").isFalse();
		assertThat(this.peer.hasArrivals()).isFalse();
	}

}
