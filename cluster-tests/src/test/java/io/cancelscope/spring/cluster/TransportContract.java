package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.test.CancelTransportContract;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What every transport with an engine of its own does, over a real one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class TransportContract {

	static final Duration HEARTBEAT = Duration.ofSeconds(1);

	static final Duration LONG = Duration.ofSeconds(30);

	private final List<Node> nodes = new ArrayList<>();

	private Engine engine;

	abstract Engine startEngine() throws IOException;

	/** Creates a transport to the engine at a port, which is not connected yet. */
	abstract ReconnectingTransport transport(int port);

	/** Closes what the transports were made with. */
	abstract void closeClients();

	@BeforeAll
	void start() throws IOException {
		this.engine = startEngine();
	}

	@AfterEach
	void closeNodes() {
		this.nodes.forEach(Node::close);
		this.nodes.clear();
		closeClients();
		awaitNoThreads();
	}

	@AfterAll
	void end() throws IOException {
		if (this.engine != null) {
			this.engine.close();
		}
	}

	private Node node(int port) {
		Node node = new Node(transport(port));
		this.nodes.add(node);
		return node;
	}

	private Node connectedNode() {
		Node node = node(this.engine.port());
		node.start();
		node.awaitConnected();
		return node;
	}

	@Test
	void messageReachesAllNodesAndTheSender() throws Exception {
		Node one = connectedNode();
		Node two = connectedNode();
		Node three = connectedNode();

		one.transport.publish("hello".getBytes());

		for (Node node : List.of(one, two, three)) {
			assertThat(node.next()).isEqualTo("hello".getBytes());
		}
		assertThat(one.received).isEmpty();
	}

	/** As users check a transport of their own. */
	@Test
	void contractForTransportsOfUsersIsKept() {
		CancelTransportContract.of(() -> new OwnTransport(transport(this.engine.port()))).verify();
	}

	@Test
	void firstAttemptHasEndedWhenItIsStarted() {
		Node node = node(this.engine.port());

		node.start();

		assertThat(node.transport.isConnected()).isTrue();
	}

	@Test
	void everyByteArrivesInMessagesOfEverySize() throws Exception {
		Node one = connectedNode();
		Node two = connectedNode();
		for (int size : new int[] { 0, 1, 255, 256, 4_999 }) {
			byte[] message = new byte[size];
			for (int i = 0; i < size; i++) {
				message[i] = (byte) i;
			}

			one.transport.publish(message);

			assertThat(two.next()).isEqualTo(message);
		}
	}

	@Test
	void messagesOfManyThreadsArriveOnce() throws Exception {
		Node one = connectedNode();
		Node two = connectedNode();
		int each = 50;
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> sent = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				int number = thread;
				Node from = (thread % 2 == 0) ? one : two;
				sent.add(threads.submit(() -> {
					for (int i = 0; i < each; i++) {
						from.transport.publish((number + ":" + i).getBytes());
					}
				}));
			}
			for (Future<?> one1 : sent) {
				one1.get(LONG.toSeconds(), TimeUnit.SECONDS);
			}
		}
		finally {
			threads.shutdownNow();
		}

		Set<String> arrived = ConcurrentHashMap.newKeySet();
		for (int i = 0; i < 4 * each; i++) {
			assertThat(arrived.add(new String(two.next()))).isTrue();
		}
		one.transport.publish("last".getBytes());
		assertThat(two.next()).isEqualTo("last".getBytes());
	}

	@Test
	void receiverThatThrowsGetsTheNextMessageAllTheSame() throws Exception {
		Node one = connectedNode();
		one.failing = true;
		one.transport.publish("first".getBytes());
		assertThat(one.next()).isEqualTo("first".getBytes());

		one.transport.publish("second".getBytes());

		assertThat(one.next()).isEqualTo("second".getBytes());
		assertThat(one.transport.isConnected()).isTrue();
	}

	@Test
	void scopeOfTheSenderStopsNoMessage() throws Exception {
		Node one = connectedNode();

		CancelScopes.create().run(ScopeOptions.named("over"), (scope) -> {
			scope.cancel("over");
			one.transport.publish("sent".getBytes());
		});

		assertThat(one.next()).isEqualTo("sent".getBytes());
	}

	/**
	 * Race: the engine's thread sends the message before the sender waits for that, so
	 * the interrupt is not noticed. It is kept in either case. A message that is not sent
	 * yet is in LinkSenderTests.
	 */
	@Test
	void interruptOfTheSenderBreaksNothing() throws Exception {
		Node one = connectedNode();
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try {
			Future<Boolean> interrupted = thread.submit(() -> {
				Thread.currentThread().interrupt();
				try {
					one.transport.publish("perhaps".getBytes());
				}
				catch (IllegalStateException ex) {
					assertThat(ex).hasMessageContaining("Interrupted");
				}
				return Thread.interrupted();
			});
			assertThat(interrupted.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		finally {
			thread.shutdownNow();
		}

		one.transport.publish("after".getBytes());

		Awaitility.await().atMost(LONG).until(() -> new String(one.next()).equals("after"));
	}

	@Test
	void engineThatIsKilledIsFoundAndFoundAgain() throws Exception {
		Node one = connectedNode();
		Node two = connectedNode();

		this.engine.kill();
		one.awaitDisconnected();
		two.awaitDisconnected();
		assertThatIllegalStateException().isThrownBy(() -> one.transport.publish("lost".getBytes()))
			.withMessageContaining("not connected to");
		this.engine.startAgain();
		one.awaitConnected();
		two.awaitConnected();

		one.transport.publish("back".getBytes());
		assertThat(two.next()).isEqualTo("back".getBytes());
	}

	@Test
	void partitionIsFoundThoughNoConnectionEnds() throws Exception {
		try (Proxy network = Proxy.to(this.engine.port())) {
			Node near = connectedNode();
			Node far = node(network.port());
			far.start();
			far.awaitConnected();

			network.stall();
			far.awaitDisconnected();
			assertThat(near.transport.isConnected()).isTrue();
			near.transport.publish("missed".getBytes());
			network.resume();
			far.awaitConnected();

			near.transport.publish("reached".getBytes());
			// Bytes that were on their way may still arrive.
			Awaitility.await().atMost(LONG).until(() -> new String(far.next()).equals("reached"));
			far.close();
		}
	}

	@Test
	void nodeStartsWithoutTheEngine() throws Exception {
		try (Proxy network = Proxy.to(this.engine.port())) {
			network.stall();
			Node node = node(network.port());
			node.start();
			assertThat(node.transport.isConnected()).isFalse();

			network.resume();

			node.awaitConnected();
			node.close();
		}
	}

	@Test
	void stoppedTransportReceivesNothingUntilItIsStartedAgain() throws Exception {
		Node one = connectedNode();
		Node two = connectedNode();
		two.transport.stop();
		one.transport.publish("missed".getBytes());
		assertThat(one.next()).isEqualTo("missed".getBytes());

		two.transport.start();
		two.awaitConnected();
		one.transport.publish("received".getBytes());

		assertThat(two.next()).isEqualTo("received".getBytes());
	}

	@Test
	void nodesComeAndGoWhileMessagesAreSent() throws Exception {
		Node one = connectedNode();
		CountDownLatch over = new CountDownLatch(1);
		ExecutorService thread = Executors.newSingleThreadExecutor();
		try {
			Future<Integer> sent = thread.submit(() -> {
				int count = 0;
				while (over.getCount() > 0) {
					one.transport.publish(("" + count++).getBytes());
				}
				return count;
			});
			for (int i = 0; i < 5; i++) {
				Node other = new Node(transport(this.engine.port()));
				other.start();
				other.awaitConnected();
				other.next();
				other.close();
			}
			over.countDown();
			assertThat(sent.get(LONG.toSeconds(), TimeUnit.SECONDS)).isPositive();
		}
		finally {
			over.countDown();
			thread.shutdownNow();
		}
		assertThat(one.transport.isConnected()).isTrue();
	}

	/** The closing ones end by themselves when they have been idle. */
	private static void awaitNoThreads() {
		Awaitility.await()
			.atMost(LONG)
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces()
				.keySet()
				.stream()
				.map(Thread::getName)
				.filter((name) -> name.startsWith("cancel-scope-link") && !name.contains("-close-"))
				.collect(Collectors.toList())).isEmpty());
	}

	/** A node with nothing but its transport. */
	static final class Node implements AutoCloseable {

		private final ReconnectingTransport transport;

		private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

		private volatile boolean failing;

		Node(ReconnectingTransport transport) {
			this.transport = transport;
			transport.subscribe((message) -> {
				this.received.add(message);
				if (this.failing) {
					throw new IllegalStateException("The receiver fails");
				}
			});
		}

		void start() {
			this.transport.start();
		}

		void awaitConnected() {
			Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(this.transport::isConnected);
		}

		void awaitDisconnected() {
			Awaitility.await()
				.atMost(LONG)
				.pollInterval(Duration.ofMillis(10))
				.until(() -> !this.transport.isConnected());
		}

		byte[] next() throws InterruptedException {
			byte[] message = this.received.poll(LONG.toSeconds(), TimeUnit.SECONDS);
			assertThat(message).isNotNull();
			return message;
		}

		@Override
		public void close() {
			this.transport.destroy();
		}

	}

}
