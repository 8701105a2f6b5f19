package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring Cloud Bus over RabbitMQ: three applications as they are configured by Spring.
 * Only if asked for, because the broker leaves a daemon behind:
 * {@code -Dcancel-scope.test.broker=kept}, or {@code killed} for all tests.
 */
@EnabledIfSystemProperty(named = "cancel-scope.test.broker", matches = "kept|killed")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class BusTransportTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private final List<Application> applications = new ArrayList<>();

	private RabbitEngine engine;

	@BeforeAll
	void start() throws IOException {
		this.engine = RabbitEngine.start();
		for (int i = 0; i < 3; i++) {
			this.applications.add(new Application(i, this.engine.port()));
		}
	}

	@AfterAll
	void end() throws IOException {
		this.applications.forEach(Application::close);
		if (this.engine != null) {
			this.engine.close();
		}
	}

	@Test
	@Order(1)
	void messageReachesAllNodesAndTheSenderOnce() throws InterruptedException {
		for (Application from : this.applications) {
			byte[] message = new byte[4_999];
			for (int i = 0; i < message.length; i++) {
				message[i] = (byte) (i + this.applications.indexOf(from));
			}

			from.transport.publish(message);

			for (Application to : this.applications) {
				assertThat(to.next()).isEqualTo(message);
			}
		}
		assertThat(this.applications).allSatisfy((application) -> assertThat(application.received).isEmpty());
	}

	/** The clients of the broker take their time: more than a minute in all. */
	@Test
	@Order(2)
	@EnabledIfSystemProperty(named = "cancel-scope.test.broker", matches = "killed")
	void brokerThatIsKilledIsNoticedByTheNextMessageAndFoundAgain() throws Exception {
		Application one = this.applications.get(0);
		Application two = this.applications.get(1);
		assertThat(one.transport.isConnected()).isTrue();

		this.engine.kill();
		// The client takes messages until it has noticed.
		Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(100)).until(() -> !isPublished(one));
		assertThat(one.transport.isConnected()).isFalse();
		this.engine.startAgain();

		Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(200)).until(() -> {
			two.received.clear();
			return isPublished(one) && two.received.poll(1, TimeUnit.SECONDS) != null;
		});
		assertThat(one.transport.isConnected()).isTrue();
	}

	private static boolean isPublished(Application from) {
		try {
			from.transport.publish(new byte[] { 1 });
			return true;
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessageContaining("Could not publish a message by Spring Cloud Bus");
			return false;
		}
	}

	/** An application with nothing but its transport. */
	private static final class Application implements AutoCloseable {

		private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

		private final ConfigurableApplicationContext context;

		private final CancelTransport transport;

		Application(int number, int port) {
			this.context = new SpringApplicationBuilder(Node.class).web(WebApplicationType.NONE)
				.properties("spring.main.banner-mode=off", "spring.application.name=bus-node",
						// By default random, but the same for all applications of a JVM.
						"spring.cloud.bus.id=bus-node:0:" + number, "spring.rabbitmq.host=127.0.0.1",
						"spring.rabbitmq.port=" + port, "cancel-scope.cluster.enabled=true",
						"cancel-scope.cluster.secret=" + "secret-".repeat(6))
				.run();
			this.transport = this.context.getBean(CancelTransport.class);
			assertThat(this.transport).isInstanceOf(BusTransport.class);
			// Beside the library's own receiver, which refuses these messages.
			this.transport.subscribe(this.received::add);
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
