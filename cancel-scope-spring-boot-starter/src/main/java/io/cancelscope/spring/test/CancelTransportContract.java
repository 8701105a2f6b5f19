package io.cancelscope.spring.test;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.cancelscope.spring.cluster.CancelTransport;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a {@link CancelTransport} does what cancelling on other nodes requires of
 * it. Meant for the tests of a custom transport, with any test framework:
 *
 * <pre class="code">
 * &#064;Test
 * void keepsTheContract() {
 *     CancelTransportContract.of(() -&gt; new NatsTransport(url)).verify();
 * }</pre>
 * <p>
 * The engine must be running and must carry no other messages. Each method fails with an
 * {@link AssertionError} that names the requirement. A transport that is
 * {@link AutoCloseable} is closed after the check.
 */
public final class CancelTransportContract {

	private static final int NODES = 3;

	/** As many bytes as the library sends at most. */
	private static final int LARGEST = 5_000;

	private static final int SENDERS = 4;

	private static final int MESSAGES = 25;

	private static final int NUMBER_BYTES = 8;

	private final Supplier<? extends CancelTransport> nodes;

	private final Duration patience;

	private CancelTransportContract(Supplier<? extends CancelTransport> nodes, Duration patience) {
		this.nodes = nodes;
		this.patience = patience;
	}

	/**
	 * Returns the checks of a transport.
	 * @param nodes creates the transport of another node of the same application, each
	 * time it is called
	 * @return the checks, which wait up to 30 seconds for each message
	 */
	public static CancelTransportContract of(Supplier<? extends CancelTransport> nodes) {
		return new CancelTransportContract(Objects.requireNonNull(nodes, "nodes"), Duration.ofSeconds(30));
	}

	/**
	 * Returns these checks with another limit for the time to wait for a message.
	 * @param patience the longest time to wait for each message
	 * @return the checks
	 */
	public CancelTransportContract withPatience(Duration patience) {
		return new CancelTransportContract(this.nodes, Objects.requireNonNull(patience, "patience"));
	}

	/**
	 * Runs all checks, one after the other.
	 * @throws AssertionError if the transport breaks a requirement
	 */
	public void verify() {
		reachesAllNodes();
		carriesTheLargestMessage();
		servesManySenders();
		survivesAReceiverThatFails();
		saysThatItIsConnected();
	}

	/**
	 * Checks that a message of each node reaches all nodes, that node included,
	 * unchanged, and that the receivers of a node do not share its array.
	 */
	public void reachesAllNodes() {
		check((cluster) -> {
			for (int sender = 0; sender < NODES; sender++) {
				byte[] message = cluster.send(sender, 100);
				for (Node node : cluster.all) {
					node.await(message, "a message of node " + sender + " must reach all nodes, the sender included");
				}
			}
		});
	}

	/** Checks that a message of 5,000 bytes with all values arrives unchanged. */
	public void carriesTheLargestMessage() {
		check((cluster) -> {
			byte[] message = cluster.send(0, LARGEST);
			for (Node node : cluster.all) {
				node.await(message, "a message of " + LARGEST + " bytes with all values must arrive unchanged");
			}
		});
	}

	/** Checks that messages of multiple threads and nodes at one time all arrive. */
	public void servesManySenders() {
		check((cluster) -> {
			List<byte[]> sent = cluster.sendTogether();
			for (Node node : cluster.all) {
				for (byte[] message : sent) {
					node.await(message, "messages that " + SENDERS + " threads publish at one time must all arrive");
				}
			}
		});
	}

	/**
	 * Checks that a receiver that throws an exception does not end the transport for
	 * others, nor for itself.
	 */
	public void survivesAReceiverThatFails() {
		check((cluster) -> {
			cluster.all.forEach((node) -> node.failing = true);
			for (int i = 0; i < 2; i++) {
				byte[] message = cluster.send(0, 100);
				for (Node node : cluster.all) {
					node.await(message, "a receiver that throws an exception must get the next message");
				}
			}
		});
	}

	/** Checks that a transport whose engine is running says so, soon at the latest. */
	public void saysThatItIsConnected() {
		check((cluster) -> {
			long start = System.nanoTime();
			for (Node node : cluster.all) {
				while (!node.transport.isConnected()) {
					if (System.nanoTime() - start > this.patience.toNanos()) {
						throw new AssertionError("isConnected() must be true while messages are delivered");
					}
					TimeUnit.MILLISECONDS.sleep(10);
				}
			}
		});
	}

	private void check(Check check) {
		Cluster cluster = new Cluster();
		try {
			cluster.connect();
			check.run(cluster);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted while waiting for a message", ex);
		}
		finally {
			cluster.close();
		}
	}

	private interface Check {

		void run(Cluster cluster) throws InterruptedException;

	}

	/** Nodes with a transport of their own each. */
	private final class Cluster {

		private final List<Node> all = new ArrayList<>();

		private long number;

		/** A transport may still be connecting, and then lose what is sent. */
		private void connect() throws InterruptedException {
			for (int i = 0; i < NODES; i++) {
				Node node = new Node(CancelTransportContract.this.nodes.get());
				this.all.add(node);
				node.transport.subscribe(node::receive);
			}
			long start = System.nanoTime();
			while (!isConnected()) {
				if (System.nanoTime() - start > CancelTransportContract.this.patience.toNanos()) {
					throw new AssertionError(
							"No message has reached all nodes, the sender included, since they subscribed "
									+ CancelTransportContract.this.patience.toSeconds()
									+ "s ago. Check that the engine is running");
				}
			}
		}

		/** Whether each node can send: one that receives may not be able to, yet. */
		private boolean isConnected() throws InterruptedException {
			for (Node sender : this.all) {
				byte[] probe = message(NUMBER_BYTES);
				try {
					sender.transport.publish(probe);
				}
				catch (RuntimeException ex) {
					TimeUnit.MILLISECONDS.sleep(100);
					return false;
				}
				for (Node node : this.all) {
					if (!node.has(probe, TimeUnit.SECONDS.toNanos(1))) {
						return false;
					}
				}
			}
			return true;
		}

		private byte[] send(int sender, int size) {
			byte[] message = message(size);
			this.all.get(sender).transport.publish(message.clone());
			return message;
		}

		private synchronized byte[] message(int size) {
			byte[] message = new byte[size];
			for (int i = 0; i < size; i++) {
				message[i] = (byte) i;
			}
			this.number++;
			ByteBuffer.wrap(message).putLong(this.number);
			return message;
		}

		private List<byte[]> sendTogether() throws InterruptedException {
			List<byte[]> sent = new ArrayList<>();
			List<Future<?>> senders = new ArrayList<>();
			ExecutorService executor = Executors.newFixedThreadPool(SENDERS);
			try {
				for (int sender = 0; sender < SENDERS; sender++) {
					Node node = this.all.get(sender % NODES);
					List<byte[]> messages = new ArrayList<>();
					for (int i = 0; i < MESSAGES; i++) {
						messages.add(message(100));
					}
					sent.addAll(messages);
					senders.add(executor
						.submit(() -> messages.forEach((message) -> node.transport.publish(message.clone()))));
				}
				for (Future<?> sender : senders) {
					sender.get(CancelTransportContract.this.patience.toSeconds() + 1, TimeUnit.SECONDS);
				}
			}
			catch (ExecutionException | TimeoutException ex) {
				throw new AssertionError("publish(…) must accept messages of multiple threads at one time", ex);
			}
			finally {
				executor.shutdownNow();
			}
			return sent;
		}

		private void close() {
			for (Node node : this.all) {
				if (node.transport instanceof AutoCloseable closeable) {
					try {
						closeable.close();
					}
					catch (Exception ex) {
						throw new AssertionError("close() of the transport must not fail", ex);
					}
				}
			}
		}

	}

	/** A node, and what has arrived there. */
	private final class Node {

		private final CancelTransport transport;

		private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();

		/** What arrived and was not the message that was waited for. */
		private final List<byte[]> others = new ArrayList<>();

		private volatile boolean failing;

		private Node(CancelTransport transport) {
			this.transport = transport;
		}

		private void receive(byte[] message) {
			this.arrived.add(message.clone());
			Arrays.fill(message, (byte) -1); // which must not reach another receiver
			if (this.failing) {
				throw new IllegalStateException("This receiver fails on purpose, to check the transport");
			}
		}

		private void await(byte[] message, String requirement) throws InterruptedException {
			if (!has(message, CancelTransportContract.this.patience.toNanos())) {
				throw new AssertionError("Broken requirement: " + requirement + ". It did not arrive within "
						+ CancelTransportContract.this.patience.toMillis() + "ms. Instead arrived " + this.others.size()
						+ " others");
			}
		}

		private boolean has(byte[] message, long nanos) throws InterruptedException {
			if (this.others.removeIf((other) -> Arrays.equals(other, message))) {
				return true;
			}
			long start = System.nanoTime();
			long left = nanos;
			while (left > 0) {
				byte @Nullable [] next = this.arrived.poll(left, TimeUnit.NANOSECONDS);
				if (next != null && Arrays.equals(next, message)) {
					return true;
				}
				if (next != null) {
					this.others.add(next);
				}
				left = nanos - (System.nanoTime() - start);
			}
			return false;
		}

	}

}
