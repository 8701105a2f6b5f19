package io.cancelscope.spring.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.spring.test.CancelTransportContract;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.cloud.bus.BusBridge;
import org.springframework.cloud.bus.BusConsumer;
import org.springframework.cloud.bus.BusProperties;
import org.springframework.cloud.bus.DefaultBusPathMatcher;
import org.springframework.cloud.bus.PathServiceMatcher;
import org.springframework.cloud.bus.event.PathDestinationFactory;
import org.springframework.cloud.bus.event.RemoteApplicationEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.util.AntPathMatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What Spring Cloud Bus passes on to whom, with a broker in this JVM. Real brokers:
 * {@link KafkaBusTests}, {@link RabbitBusTests}.
 */
@Timeout(120)
class BusTransportTests {

	/** Too long to be missed by a machine that is busy. */
	private static final Duration SLOW = Duration.ofSeconds(10);

	/** So short that it may be missed; tests that use it expect that. */
	private static final Duration FAST = Duration.ofMillis(200);

	private static final Duration LONG = Duration.ofSeconds(30);

	private final Broker broker = new Broker();

	private final List<Node> nodes = new ArrayList<>();

	@AfterEach
	void close() {
		this.broker.silent = false;
		this.nodes.forEach((node) -> node.context.close());
		this.broker.thread.shutdownNow();
	}

	private Node node(String id, Duration heartbeat) {
		Node node = new Node(this.broker, id, heartbeat);
		this.nodes.add(node);
		return node;
	}

	private Node startedNode(String id, Duration heartbeat) {
		Node node = node(id, heartbeat);
		node.start();
		node.awaitConnected(true);
		return node;
	}

	@Test
	void contractForTransportsOfUsersIsKept() {
		CancelTransportContract.of(() -> {
			Node node = node("orders:8080:" + this.nodes.size(), SLOW);
			node.context.refresh();
			return new OwnTransport(node.transport());
		}).verify();
	}

	@Test
	void itStartsWithTheContext() {
		Node node = node("orders:8080:1", SLOW);
		node.context.registerBean(SmartInitializingSingleton.class,
				() -> () -> node.transport().subscribe(node.received::add));

		node.context.refresh();

		node.awaitConnected(true);
		BusTransport transport = node.transport();
		node.context.close();
		assertThat(transport.isRunning()).isFalse();
	}

	@Test
	void senderGetsItsMessageOverTheBrokerOnly() throws InterruptedException {
		Node one = startedNode("orders:8080:1", SLOW);
		Node two = startedNode("orders:8080:2", SLOW);

		this.broker.silent = true;
		one.publish("lost");
		this.broker.silent = false;
		one.publish("arrives");

		assertThat(one.next()).isEqualTo("arrives");
		assertThat(two.next()).isEqualTo("arrives");
		assertThat(one.received).isEmpty();
	}

	@Test
	void brokerThatTakesAllAndDeliversNothingIsNoticed() throws InterruptedException {
		Node one = startedNode("orders:8080:1", FAST);

		this.broker.silent = true;
		one.awaitConnected(false);
		assertThatIllegalStateException().isThrownBy(() -> one.transport().publish(new byte[1]))
			.withMessageContaining("not connected to Spring Cloud Bus");

		this.broker.silent = false;
		one.publishWhenConnected("back");
		assertThat(one.next()).isEqualTo("back");
	}

	@Test
	void brokerThatTakesNothingIsNoticed() {
		Node one = startedNode("orders:8080:1", FAST);

		this.broker.refusing = true;
		assertThatIllegalStateException().isThrownBy(() -> one.transport().publish(new byte[1]));
		one.awaitConnected(false);

		this.broker.refusing = false;
		one.awaitConnected(true);
	}

	/** Two nodes with one bus id, of which one gets the tokens of the other only. */
	@Test
	void tokenOfAnotherNodeProvesNothing() throws Exception {
		Node deaf = node("orders:8080:1", SLOW);
		deaf.hearing = false;
		deaf.hearingHeartbeatsOfOthers = true;
		deaf.start();
		startedNode("orders:8080:1", SLOW);

		Awaitility.await().atMost(LONG).until(() -> this.broker.heartbeats.get() >= 4);
		this.broker.awaitIdle();

		assertThat(deaf.transport().isConnected()).isFalse();
	}

	/** Then the bus receives nothing any more, while the last requests still run. */
	@Test
	void nodeThatStopsCanStillSend() throws InterruptedException {
		Node stopping = startedNode("orders:8080:1", FAST);
		Node other = startedNode("orders:8080:2", FAST);
		stopping.context.publishEvent(new ContextClosedEvent(stopping.context));
		stopping.hearing = false;
		stopping.awaitConnected(true);

		Awaitility.await().during(FAST.multipliedBy(4)).atMost(LONG).until(stopping.transport()::isConnected);
		stopping.publish("last");

		assertThat(other.next()).isEqualTo("last");
	}

	@Test
	void contextBelowThatClosesStopsNothing() {
		Node one = startedNode("orders:8080:1", SLOW);
		GenericApplicationContext below = new GenericApplicationContext();
		below.setParent(one.context);
		below.refresh();

		below.close();

		assertThat(one.transport().isClosing()).isFalse();
	}

	@Test
	void junkOnTheBusIsIgnored() throws InterruptedException {
		Node one = startedNode("orders:8080:1", SLOW);
		for (String message : new String[] { null, "no Base64!", "\u20ac" }) {
			for (String heartbeat : new String[] { null, "", ":", "1" }) {
				this.broker.send(new ClusterCancelRemoteEvent(this, "stranger:1:1",
						new PathDestinationFactory().getDestination("**"), message, heartbeat));
			}
		}

		one.publish("arrives");

		assertThat(one.next()).isEqualTo("arrives");
		assertThat(one.received).isEmpty();
	}

	/** What nodes have in common. */
	private static final class Broker implements BusBridge {

		private final ExecutorService thread = Executors.newSingleThreadExecutor();

		private final List<Node> nodes = new CopyOnWriteArrayList<>();

		private volatile boolean silent;

		private volatile boolean refusing;

		private final AtomicInteger heartbeats = new AtomicInteger();

		@Override
		public void send(RemoteApplicationEvent event) {
			if (this.refusing) {
				throw new IllegalStateException("refused");
			}
			if (event instanceof ClusterCancelRemoteEvent ours && ours.getHeartbeat() != null) {
				this.heartbeats.incrementAndGet();
			}
			boolean lost = this.silent;
			this.thread.execute(() -> {
				if (!lost) {
					this.nodes.forEach((node) -> node.accept(event));
				}
			});
		}

		void awaitIdle() throws Exception {
			this.thread.submit(() -> {
			}).get(LONG.toSeconds(), TimeUnit.SECONDS);
		}

	}

	/** A node with what the bus itself receives with. */
	private static final class Node {

		private final GenericApplicationContext context = new GenericApplicationContext();

		private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

		private final BusConsumer consumer;

		private volatile boolean hearing = true;

		private volatile boolean hearingHeartbeatsOfOthers;

		Node(Broker broker, String id, Duration heartbeat) {
			PathDestinationFactory destinations = new PathDestinationFactory();
			BusProperties properties = new BusProperties();
			properties.setId(id);
			properties.getAck().setEnabled(false);
			this.consumer = new BusConsumer(this.context,
					new PathServiceMatcher(new DefaultBusPathMatcher(new AntPathMatcher(":")), id),
					new StaticListableBeanFactory(Map.of("bus", broker)).getBeanProvider(BusBridge.class), properties,
					destinations);
			this.context.registerBean(CancelTransport.class,
					() -> new BusTransport(this.context, broker, id, destinations, heartbeat));
			broker.nodes.add(this);
		}

		BusTransport transport() {
			return (BusTransport) this.context.getBean(CancelTransport.class);
		}

		void start() {
			this.context.refresh();
			transport().subscribe(this.received::add);
		}

		void accept(RemoteApplicationEvent event) {
			if (!this.context.isActive()) {
				return;
			}
			if (this.hearing) {
				this.consumer.accept(event);
			}
			else if (this.hearingHeartbeatsOfOthers && event instanceof ClusterCancelRemoteEvent ours
					&& ours.getHeartbeat() != null && ours.getSource() != transport()) {
				this.consumer.accept(event);
			}
		}

		void publish(String message) {
			transport().publish(message.getBytes(StandardCharsets.US_ASCII));
		}

		void publishWhenConnected(String message) {
			Awaitility.await()
				.atMost(LONG)
				.pollInterval(Duration.ofMillis(5))
				.ignoreExceptionsInstanceOf(IllegalStateException.class)
				.until(() -> {
					publish(message);
					return true;
				});
		}

		String next() throws InterruptedException {
			byte[] message = this.received.poll(LONG.toSeconds(), TimeUnit.SECONDS);
			assertThat(message).isNotNull();
			return new String(message, StandardCharsets.US_ASCII);
		}

		void awaitConnected(boolean connected) {
			Awaitility.await()
				.atMost(LONG)
				.pollInterval(Duration.ofMillis(5))
				.until(() -> transport().isConnected() == connected);
		}

	}

}
