package io.cancelscope.spring.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;

import org.springframework.util.FileSystemUtils;

/**
 * Kafka, from its jars, in a process of its own: one node that is broker and controller.
 */
final class KafkaEngine implements Engine {

	private static final Duration LONG = Duration.ofSeconds(180);

	private static final int SECONDS_TO_ANSWER = 5;

	private final Path directory;

	private final int port;

	private Process process;

	private KafkaEngine(Path directory) throws IOException {
		this.directory = directory;
		this.port = freePort();
		int controller = freePort();
		Path configuration = directory.resolve("server.properties");
		Files.write(configuration, List.of("process.roles=broker,controller", "node.id=1",
				"controller.quorum.voters=1@127.0.0.1:" + controller,
				"listeners=PLAINTEXT://127.0.0.1:" + this.port + ",CONTROLLER://127.0.0.1:" + controller,
				"advertised.listeners=PLAINTEXT://127.0.0.1:" + this.port, "controller.listener.names=CONTROLLER",
				"listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
				"log.dirs=" + directory.resolve("data"), "offsets.topic.num.partitions=1",
				"offsets.topic.replication.factor=1", "group.initial.rebalance.delay.ms=0"));
		format(configuration);
		this.process = process();
	}

	static KafkaEngine start() throws IOException {
		KafkaEngine engine = new KafkaEngine(Files.createTempDirectory("cluster-kafka"));
		engine.awaitAnswer();
		return engine;
	}

	private static void format(Path configuration) {
		ByteArrayOutputStream said = new ByteArrayOutputStream();
		int status = StorageTool.execute(
				new String[] { "format", "-t", Uuid.randomUuid().toString(), "-c", configuration.toString() },
				new PrintStream(said, true, StandardCharsets.UTF_8));
		if (status != 0) {
			throw new IllegalStateException(
					"Kafka's storage could not be formatted: " + said.toString(StandardCharsets.UTF_8));
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private Process process() throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
				"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), "kafka.Kafka",
				this.directory.resolve("server.properties").toString())
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("log").toFile())
			.start();
	}

	private void awaitAnswer() throws IOException {
		Awaitility.await()
			.atMost(LONG)
			.pollInterval(Duration.ofMillis(100))
			.until(() -> !this.process.isAlive() || answers());
		if (!this.process.isAlive()) {
			throw new IOException("Kafka ended: " + Files.readString(this.directory.resolve("log")));
		}
	}

	private boolean answers() throws InterruptedException {
		try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + this.port, "default.api.timeout.ms",
				"5000", "request.timeout.ms", "5000"))) {
			return !admin.describeCluster().nodes().get(SECONDS_TO_ANSWER, TimeUnit.SECONDS).isEmpty();
		}
		catch (ExecutionException | TimeoutException ex) {
			return false;
		}
	}

	@Override
	public int port() {
		return this.port;
	}

	@Override
	public void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
	}

	@Override
	public void startAgain() throws IOException {
		this.process = process();
		awaitAnswer();
	}

	@Override
	public void close() throws IOException {
		try {
			kill();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		FileSystemUtils.deleteRecursively(this.directory);
	}

}
