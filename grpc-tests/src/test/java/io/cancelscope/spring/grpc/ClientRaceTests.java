package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Race: a call completes while its scope is cancelled. Each ends in one way or the other,
 * no answer that gRPC has delivered is lost, nothing stays registered, and calls of
 * others on the same connection are not hurt. Prints what happened;
 * {@code -Dcancel-scope.grpc.races=5000} makes it many calls.
 */
@Timeout(900)
class ClientRaceTests {

	private static final int COUNT = Integer.getInteger("cancel-scope.grpc.races", 100);

	private static final int THREADS = 4;

	private static final int WARM_UP = 20;

	private static final Map<CallStub, String> table = new EnumMap<>(CallStub.class);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final AtomicInteger answered = new AtomicInteger();

	private final AtomicInteger stopped = new AtomicInteger();

	private final AtomicInteger unharmed = new AtomicInteger();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	/** How long a call takes: cancellations come at any instant of twice that. */
	private volatile long usualNanos;

	static Stream<Arguments> calls() {
		return Stream.of(CallStub.values())
			.flatMap((stub) -> Stream.of(Transport.IN_PROCESS, Transport.NETTY)
				.map((transport) -> Arguments.of(stub, transport)));
	}

	@ParameterizedTest
	@MethodSource("calls")
	void completionMeetsCancellation(CallStub stub, Transport transport) throws Exception {
		CallPeer peer = new CallPeer(transport);
		try (peer) {
			ManagedChannel channel = peer
				.channel(peer.builder().intercept(Delivered.interceptor(), new ScopedClientInterceptor()));
			warmUp(stub, channel);
			// A scope with a deadline has a timer as long as something is registered.
			OpenScope held = this.scopes.openUnbound(ScopeOptions.named("held").withTimeout(Duration.ofHours(1)));
			try (held) {
				AtomicBoolean over = new AtomicBoolean();
				FutureTask<?> bystander = CallThread.PLATFORM.run(() -> standBy(stub, channel, held, over));
				AtomicInteger left = new AtomicInteger(COUNT);
				List<FutureTask<?>> racers = new ArrayList<>();
				for (int i = 0; i < THREADS; i++) {
					racers.add(CallThread.PLATFORM.run(() -> race(stub, channel, held, left)));
				}
				for (FutureTask<?> racer : racers) {
					racer.get(600, TimeUnit.SECONDS);
				}
				over.set(true);
				bystander.get(60, TimeUnit.SECONDS);

				assertThat(this.failures).isEmpty();
				assertThat(this.answered.get() + this.stopped.get()).isEqualTo(COUNT);
				assertThat(this.time.pending()).as("what is registered with the scope").isZero();
			}
		}
		table.merge(stub, "%8d %9d %11d".formatted(this.stopped.get(), this.answered.get(), this.unharmed.get()),
				"%s %s"::formatted);
	}

	private void warmUp(CallStub stub, ManagedChannel channel) throws Exception {
		for (int i = 0; i < WARM_UP; i++) {
			long start = System.nanoTime();
			assertThat(stub.call(channel, CallPeer.ECHO)).isEqualTo(stub.echo());
			this.usualNanos = System.nanoTime() - start;
		}
	}

	private Object race(CallStub stub, ManagedChannel channel, OpenScope held, AtomicInteger left) {
		ScopedCanceller canceller = new ScopedCanceller();
		try {
			while (left.getAndDecrement() > 0) {
				raceOnce(stub, channel, held, canceller);
			}
		}
		finally {
			canceller.stop();
		}
		return left;
	}

	private void raceOnce(CallStub stub, ManagedChannel channel, OpenScope held, ScopedCanceller canceller) {
		Delivered delivered = new Delivered();
		CancelScope.Registration attached = held.attach();
		try {
			OpenScope scope = this.scopes.open(ScopeOptions.named("race"));
			try (scope) {
				canceller.cancel(scope, ThreadLocalRandom.current().nextLong(2 * this.usualNanos) + 1);
				List<String> answers = stub.call(channel, (options) -> options.withOption(Delivered.KEY, delivered),
						CallPeer.ECHO);
				assertThat(answers).isEqualTo(stub.echo()).isEqualTo(delivered.texts());
				this.answered.incrementAndGet();
			}
			catch (Throwable ex) {
				assertStopped(ex, delivered);
				this.stopped.incrementAndGet();
			}
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
		finally {
			attached.close();
		}
	}

	/** Everything that is good came from the server, and stays good. */
	private static void assertStopped(Throwable failure, Delivered delivered) {
		if (ScopeCancelledException.findIn(failure) == null) {
			throw new AssertionError("Not of the scope: " + failure, failure);
		}
		assertThat(CallStub.status(failure).getCode()).isEqualTo(Status.Code.CANCELLED);
		assertThat(delivered.end()).satisfiesAnyOf((end) -> assertThat(end).isNull(),
				(end) -> assertThat(end.isOk()).isFalse());
	}

	/** Calls in a scope that nobody cancels, at the same time. */
	private Object standBy(CallStub stub, ManagedChannel channel, OpenScope held, AtomicBoolean over) {
		while (!over.get()) {
			CancelScope.Registration attached = held.attach();
			try {
				assertThat(stub.call(channel, CallPeer.ECHO)).isEqualTo(stub.echo());
				this.unharmed.incrementAndGet();
			}
			catch (Throwable ex) {
				this.failures.add(ex);
				return over;
			}
			finally {
				attached.close();
			}
		}
		return over;
	}

	@AfterAll
	static void print() {
		StringBuilder text = new StringBuilder("%-26s %30s %30s%n%-26s %8s %9s %11s %8s %9s %11s".formatted("",
				"in process", "Netty", "", "stopped", "answered", "bystanders", "stopped", "answered", "bystanders"));
		table.forEach((stub, row) -> text.append("%n%-26s %s".formatted(stub, row)));
		System.out.println(text);
	}

	/**
	 * A thread that cancels scopes after some time. A scheduler would be too coarse.
	 */
	private static final class ScopedCanceller implements Runnable {

		private static final Object STOP = new Object();

		private final SynchronousQueue<Object> next = new SynchronousQueue<>();

		private final FutureTask<?> thread = CallThread.PLATFORM.run(() -> {
			run();
			return null;
		});

		private volatile long at;

		void cancel(OpenScope scope, long nanos) throws InterruptedException {
			this.at = System.nanoTime() + nanos;
			this.next.put(scope);
		}

		void stop() {
			try {
				this.next.put(STOP);
				this.thread.get(60, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void run() {
			try {
				for (Object one = this.next.take(); one != STOP; one = this.next.take()) {
					for (long left = this.at - System.nanoTime(); left > 0; left = this.at - System.nanoTime()) {
						LockSupport.parkNanos(left);
					}
					((OpenScope) one).cancel();
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
