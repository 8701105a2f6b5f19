package io.cancelscope.spring.cluster;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

import org.springframework.util.FileSystemUtils;

/**
 * RabbitMQ, as Debian installs it: with ports, a name and files of its own. Where it is
 * not installed, tests are aborted.
 */
final class RabbitEngine implements Engine {

	private static final File SERVER = new File("/usr/lib/rabbitmq/bin/rabbitmq-server");

	private static final Duration LONG = Duration.ofSeconds(180);

	private final Path directory;

	private final int port;

	private final int names;

	/**
	 * Where nodes find each other. The broker starts it as a daemon unless it runs.
	 */
	private final Process nameServer;

	private Process process;

	private RabbitEngine(Path directory) throws IOException {
		this.directory = directory;
		this.port = freePort();
		this.names = freePort();
		this.nameServer = nameServer();
		this.process = process();
	}

	static RabbitEngine start() throws IOException {
		Assumptions.assumeTrue(SERVER.canExecute(), "needs RabbitMQ: apt-get install rabbitmq-server");
		RabbitEngine engine = new RabbitEngine(Files.createTempDirectory("cluster-rabbit"));
		if (!engine.answers()) {
			String log = Files.readString(engine.directory.resolve("log"));
			engine.close();
			Assumptions.abort("RabbitMQ does not start here: " + log);
		}
		return engine;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private Process nameServer() throws IOException {
		return new ProcessBuilder("epmd", "-address", "127.0.0.1", "-port", "" + this.names).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

	private Process process() throws IOException {
		ProcessBuilder builder = new ProcessBuilder(SERVER.getPath());
		Path home = Files.createDirectories(this.directory.resolve("home"));
		builder.environment()
			.putAll(Map.ofEntries(Map.entry("HOME", home.toString()),
					Map.entry("RABBITMQ_NODENAME", "cluster-tests-" + this.port + "@localhost"),
					Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), Map.entry("RABBITMQ_NODE_PORT", "" + this.port),
					Map.entry("RABBITMQ_DIST_PORT", "" + freePort()), Map.entry("ERL_EPMD_PORT", "" + this.names),
					Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
					Map.entry("RABBITMQ_MNESIA_BASE", this.directory.resolve("data").toString()),
					Map.entry("RABBITMQ_LOG_BASE", this.directory.resolve("logs").toString()),
					Map.entry("RABBITMQ_CONFIG_FILE", this.directory.resolve("none").toString()),
					Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", this.directory.resolve("plugins").toString())));
		return builder.redirectErrorStream(true).redirectOutput(this.directory.resolve("log").toFile()).start();
	}

	private boolean answers() {
		Awaitility.await()
			.atMost(LONG)
			.pollInterval(Duration.ofMillis(100))
			.until(() -> !this.process.isAlive() || greets());
		return this.process.isAlive();
	}

	/** It answers an unknown protocol with the one that it speaks. */
	private boolean greets() {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", this.port), (int) LONG.toMillis());
			socket.setSoTimeout((int) LONG.toMillis());
			socket.getOutputStream().write("HELLO---".getBytes(StandardCharsets.US_ASCII));
			return socket.getInputStream().read() == 'A';
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public int port() {
		return this.port;
	}

	@Override
	public void kill() throws InterruptedException {
		List<ProcessHandle> below = this.process.descendants().toList();
		below.forEach(ProcessHandle::destroyForcibly);
		this.process.destroyForcibly().waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
		// Otherwise one could still write while the files are deleted. One that has
		// ended,
		// but that nobody has asked for its status, has no command.
		Awaitility.await()
			.atMost(LONG)
			.until(() -> below.stream()
				.noneMatch((process) -> process.isAlive() && process.info().command().isPresent()));
	}

	@Override
	public void startAgain() throws IOException {
		this.process = process();
		if (!answers()) {
			throw new IOException("RabbitMQ ended: " + Files.readString(this.directory.resolve("log")));
		}
	}

	@Override
	public void close() throws IOException {
		try {
			kill();
			this.nameServer.destroyForcibly().waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		FileSystemUtils.deleteRecursively(this.directory);
	}

}
