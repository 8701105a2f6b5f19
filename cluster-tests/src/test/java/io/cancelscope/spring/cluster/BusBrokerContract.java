package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring Cloud Bus over a real broker: two applications as Spring configures them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(600)
abstract class BusBrokerContract {

	private static final Duration LONG = Duration.ofSeconds(180);

	private Engine engine;

	private Application one;

	private Application two;

	abstract Engine startEngine() throws IOException;

	/** Returns the properties of an application that finds the broker at a port. */
	abstract List<String> properties(int port);

	@BeforeAll
	void start() throws IOException {
		this.engine = startEngine();
		this.one = new Application(0, properties(this.engine.port()));
		this.two = new Application(1, properties(this.engine.port()));
		this.one.awaitConnected(true);
		this.two.awaitConnected(true);
	}

	@AfterAll
	void end() throws IOException {
		try {
			if (this.one != null) {
				this.one.close();
			}
			if (this.two != null) {
				this.two.close();
			}
		}
		finally {
			if (this.engine != null) {
				this.engine.close();
			}
		}
	}

	@Test
	@Order(1)
	void commandReachesTheScopeOfTheOtherNode() throws Exception {
		try (OpenScope scope = this.two.open("import-1")) {
			ClusterResult result = this.one.cancel("import-1");

			assertThat(result.cluster()).isEqualTo(ClusterResult.Cluster.REACHED);
			assertThat(result.nodes()).isEqualTo(2);
			assertThat(result.cancelled()).isEqualTo(1);
			assertThat(scope.isCancelled()).isTrue();
		}
		assertThat(this.one.isUp()).isTrue();
	}

	@Test
	@Order(2)
	void messageOfEveryByteReachesAllNodesAndTheSenderOnce() throws InterruptedException {
		this.one.received.clear();
		this.two.received.clear();
		byte[] message = new byte[4_999];
		for (int i = 0; i < message.length; i++) {
			message[i] = (byte) i;
		}

		this.one.transport.publish(message);
		this.two.transport.publish(new byte[] { 1 });

		for (Application to : List.of(this.one, this.two)) {
			assertThat(List.of(to.next(), to.next())).containsExactlyInAnyOrder(message, new byte[] { 1 });
			assertThat(to.received).isEmpty();
		}
	}

	@Test
	@Order(3)
	void brokerThatIsKilledIsNoticedAndFoundAgain() throws Exception {
		this.engine.kill();
		this.one.awaitConnected(false);
		this.two.awaitConnected(false);

		assertThat(this.one.isUp()).isFalse();
		assertThat(this.one.gauge()).isZero();
		try (OpenScope here = this.one.open("import-2"); OpenScope there = this.two.open("import-2")) {
			ClusterResult result = this.one.cancel("import-2");
			assertThat(result.cluster()).isEqualTo(ClusterResult.Cluster.UNREACHED);
			assertThat(here.isCancelled()).isTrue();
			assertThat(there.isCancelled()).isFalse();
		}

		this.engine.startAgain();
		this.one.awaitConnected(true);
		this.two.awaitConnected(true);
		assertThat(this.one.isUp()).isTrue();
		assertThat(this.one.gauge()).isEqualTo(1);
		try (OpenScope scope = this.two.open("import-3")) {
			assertThat(this.one.cancel("import-3").cancelled()).isEqualTo(1);
			assertThat(scope.isCancelled()).isTrue();
		}
	}

	/** An application with nothing but its transport. */
	private static final class Application implements AutoCloseable {

		private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

		private final ConfigurableApplicationContext context;

		private final ReconnectingTransport transport;

		Application(int number, List<String> properties) {
			List<String> all = new ArrayList<>(properties);
			all.addAll(List.of("spring.main.banner-mode=off", "spring.application.name=bus-node",
					// By default random, but the same for all applications of a JVM.
					"spring.cloud.bus.id=bus-node:0:" + number, "spring.cloud.bus.ack.enabled=false",
					"cancel-scope.cluster.enabled=true", "cancel-scope.cluster.secret=" + "secret-".repeat(6),
					"cancel-scope.cluster.nodes=2", "cancel-scope.cluster.wait-for=10s",
					"cancel-scope.cluster.heartbeat=1s"));
			this.context = new SpringApplicationBuilder(Node.class).web(WebApplicationType.NONE)
				.properties(all.toArray(String[]::new))
				.run();
			this.transport = this.context.getBean(BusTransport.class);
			// Beside the library's own receiver, which refuses these messages.
			this.transport.subscribe((message) -> {
				if (message.length == 1 || message.length == 4_999) {
					this.received.add(message);
				}
			});
		}

		OpenScope open(String key) {
			return this.context.getBean(CancelScopes.class).openUnbound(ScopeOptions.named("import").withKey(key));
		}

		ClusterResult cancel(String key) throws Exception {
			return this.context.getBean(ClusterCancel.class)
				.cancel(CancelRequest.byKey(key))
				.get(LONG.toSeconds(), TimeUnit.SECONDS);
		}

		void awaitConnected(boolean connected) {
			Awaitility.await()
				.atMost(LONG)
				.pollInterval(Duration.ofMillis(20))
				.until(() -> this.transport.isConnected() == connected);
		}

		boolean isUp() {
			return Status.UP.equals(this.context.getBean("cancelScopeClusterHealthIndicator", HealthIndicator.class)
				.health()
				.getStatus());
		}

		double gauge() {
			return this.context.getBean(MeterRegistry.class).get("cancel.scope.cluster.connected").gauge().value();
		}

		byte[] next() throws InterruptedException {
			byte[] message = this.received.poll(LONG.toSeconds(), TimeUnit.SECONDS);
			assertThat(message).isNotNull();
			return message;
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = { DataSourceAutoConfiguration.class, DataRedisAutoConfiguration.class })
	static class Node {

	}

}
