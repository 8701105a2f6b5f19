package io.cancelscope.spring.test;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.cancelscope.spring.cluster.CancelTransport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The contract accepts a transport that keeps it, and notices one that does not.
 */
class CancelTransportContractTests {

	@Test
	void transportThatKeepsItPasses() {
		Engine engine = new Engine((message) -> message);
		CancelTransportContract.of(() -> engine.transport(true)).verify();

		assertThat(engine.closed).hasValue(15);
	}

	@Test
	void transportThatReceivesBeforeItCanSendPasses() {
		Engine engine = new Engine((message) -> message);
		engine.failuresOfEachTransport = 2;

		CancelTransportContract.of(() -> engine.transport(true)).reachesAllNodes();

		assertThat(engine.failures).hasValue(3 * 2);
	}

	@Test
	void transportThatLearnsLateThatItIsConnectedPasses() {
		Engine engine = new Engine((message) -> message);
		engine.denials = 3;

		CancelTransportContract.of(() -> engine.transport(true)).saysThatItIsConnected();

		assertThat(engine.denials).isNegative();
	}

	@Test
	void transportThatSkipsTheSenderIsNoticed() {
		Engine engine = new Engine((message) -> message);
		assertBroken("No message has reached all nodes", () -> impatient(engine, false).reachesAllNodes());
	}

	@Test
	void transportThatCutsMessagesIsNoticed() {
		Engine engine = new Engine((message) -> Arrays.copyOf(message, Math.min(message.length, 4_000)));
		assertBroken("a message of 5000 bytes", () -> impatient(engine, true).carriesTheLargestMessage());
	}

	@Test
	void transportThatEndsWithItsReceiverIsNoticed() {
		Engine engine = new Engine((message) -> message);
		engine.fragile = true;
		assertBroken("a receiver that throws", () -> impatient(engine, true).survivesAReceiverThatFails());
	}

	@Test
	void transportThatSharesItsArrayIsNoticed() {
		Engine engine = new Engine((message) -> message);
		engine.sharing = true;
		assertBroken("No message has reached all nodes", () -> impatient(engine, true).reachesAllNodes());
	}

	@Test
	void transportThatLosesMessagesOfManyThreadsIsNoticed() {
		AtomicInteger count = new AtomicInteger();
		Engine engine = new Engine((message) -> (count.incrementAndGet() % 50 == 49) ? new byte[0] : message);
		assertBroken("must all arrive", () -> impatient(engine, true).servesManySenders());
	}

	@Test
	void transportThatDeniesItsConnectionIsNoticed() {
		Engine engine = new Engine((message) -> message);
		engine.denying = true;
		assertBroken("isConnected() must be true", () -> impatient(engine, true).saysThatItIsConnected());
	}

	private static CancelTransportContract impatient(Engine engine, boolean toSelf) {
		return CancelTransportContract.of(() -> engine.transport(toSelf)).withPatience(Duration.ofMillis(500));
	}

	private static void assertBroken(String requirement, Runnable check) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(check::run).withMessageContaining(requirement);
	}

	/** An engine that can be made to break each rule. */
	private static final class Engine {

		private final List<Consumer<byte[]>> receivers = new CopyOnWriteArrayList<>();

		private final UnaryOperator<byte[]> change;

		private final AtomicInteger closed = new AtomicInteger();

		private boolean fragile;

		private boolean sharing;

		private boolean denying;

		private int denials;

		private int failuresOfEachTransport;

		private final AtomicInteger failures = new AtomicInteger();

		Engine(UnaryOperator<byte[]> change) {
			this.change = change;
		}

		CancelTransport transport(boolean toSelf) {
			return new Transport(toSelf);
		}

		private final class Transport implements CancelTransport, AutoCloseable {

			private final boolean toSelf;

			private final AtomicInteger failuresLeft = new AtomicInteger(Engine.this.failuresOfEachTransport);

			private Consumer<byte[]> own;

			private Transport(boolean toSelf) {
				this.toSelf = toSelf;
			}

			@Override
			public void publish(byte[] message) {
				if (this.failuresLeft.getAndDecrement() > 0) {
					Engine.this.failures.incrementAndGet();
					throw new IllegalStateException("Not connected yet");
				}
				byte[] changed = Engine.this.change.apply(message);
				for (Consumer<byte[]> receiver : Engine.this.receivers) {
					if (this.toSelf || receiver != this.own) {
						deliver(receiver, Engine.this.sharing ? changed : changed.clone());
					}
				}
			}

			private void deliver(Consumer<byte[]> receiver, byte[] message) {
				try {
					receiver.accept(message);
				}
				catch (RuntimeException ex) {
					if (Engine.this.fragile) {
						Engine.this.receivers.remove(receiver);
					}
				}
			}

			@Override
			public void subscribe(Consumer<byte[]> receiver) {
				this.own = receiver;
				Engine.this.receivers.add(receiver);
			}

			@Override
			public boolean isConnected() {
				return !Engine.this.denying && Engine.this.denials-- <= 0;
			}

			@Override
			public void close() {
				Engine.this.receivers.remove(this.own);
				Engine.this.closed.incrementAndGet();
			}

		}

	}

}
