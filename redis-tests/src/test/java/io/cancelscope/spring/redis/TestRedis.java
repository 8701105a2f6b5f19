package io.cancelscope.spring.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis server of its own for tests: the installed one, or the one in a jar, which
 * {@code -Dcancel-scope.test.redis=jar} asks for. Where none starts, tests are aborted
 * with the reason.
 */
final class TestRedis implements AutoCloseable {

	static final Duration LONG = Duration.ofSeconds(30);

	/** The servers of a cluster also listen to each other at this distance. */
	private static final int BUS = 10_000;

	private final File executable;

	private final Process process;

	private final int port;

	private final Path directory;

	private TestRedis(File executable, Process process, int port, Path directory) {
		this.executable = executable;
		this.process = process;
		this.port = port;
		this.directory = directory;
	}

	static TestRedis start(String... options) {
		String tried = "";
		List<File> executables = executables();
		executables.addAll(List.copyOf(executables));
		for (File executable : executables) {
			try {
				TestRedis redis = start(executable, options);
				if (redis.answers()) {
					return redis;
				}
				tried += executable + " does not answer: " + redis.log() + "; ";
				redis.close();
			}
			catch (IOException ex) {
				tried += executable + ": " + ex.getMessage() + "; ";
			}
		}
		System.out.println("No Redis server starts here: " + tried);
		return Assumptions.abort("No Redis server starts here: " + tried);
	}

	private static List<File> executables() {
		List<File> found = new ArrayList<>();
		if (!System.getProperty("cancel-scope.test.redis", "").equals("jar")) {
			installed().ifPresent(found::add);
		}
		try {
			found.add(ExecutableProvider.newJarResourceProvider().get());
		}
		catch (IOException | RuntimeException ex) {
			System.out.println("No Redis server in the jar for this system: " + ex);
		}
		return found;
	}

	private static Optional<File> installed() {
		return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
			.map((folder) -> new File(folder, "redis-server"))
			.filter(File::canExecute)
			.findFirst();
	}

	private static TestRedis start(File executable, String... options) throws IOException {
		int port = freePort();
		Path directory = Files.createTempDirectory("redis");
		List<String> command = new ArrayList<>(List.of(executable.getPath(), "--port", "" + port, "--bind", "127.0.0.1",
				"--save", "", "--appendonly", "no", "--dir", directory.toString()));
		if (version(executable) >= 7) {
			command.addAll(List.of("--enable-debug-command", "yes"));
		}
		command.addAll(List.of(options));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(directory.resolve("log").toFile())
			.start();
		return new TestRedis(executable, process, port, directory);
	}

	/** A cluster of two servers, the first with the lower half of the slots. */
	static List<TestRedis> startCluster() {
		List<TestRedis> servers = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			servers.add(start("--cluster-enabled", "yes", "--cluster-node-timeout", "30000"));
			try (Jedis admin = servers.get(i).admin()) {
				admin.clusterAddSlots(IntStream.range(i * 8192, (i + 1) * 8192).toArray());
			}
		}
		try (Jedis admin = servers.get(0).admin()) {
			admin.clusterMeet("127.0.0.1", servers.get(1).port());
		}
		for (TestRedis server : servers) {
			try (Jedis admin = server.admin()) {
				Awaitility.await()
					.atMost(LONG)
					.until(() -> admin.clusterInfo().contains("cluster_state:ok")
							&& admin.clusterInfo().contains("cluster_slots_ok:16384"));
			}
		}
		return servers;
	}

	/** A replica of this server, which has what this one has. */
	TestRedis startReplica() {
		TestRedis replica = start("--replicaof", "127.0.0.1 " + this.port);
		try (Jedis admin = replica.admin()) {
			Awaitility.await().atMost(LONG).until(() -> admin.info("replication").contains("master_link_status:up"));
		}
		return replica;
	}

	/** A sentinel that knows this server by the name 'master'. */
	TestRedis startSentinel() {
		try {
			int sentinel = freePort();
			Path folder = Files.createTempDirectory("sentinel");
			Path configuration = folder.resolve("sentinel.conf");
			Files.writeString(configuration, "port " + sentinel + "\nbind 127.0.0.1\ndir " + folder
					+ "\nsentinel monitor master 127.0.0.1 " + this.port + " 1\n");
			Process started = new ProcessBuilder(this.executable.getPath(), configuration.toString(), "--sentinel")
				.redirectErrorStream(true)
				.redirectOutput(folder.resolve("log").toFile())
				.start();
			TestRedis redis = new TestRedis(this.executable, started, sentinel, folder);
			if (!redis.answers()) {
				throw new IllegalStateException("The sentinel does not answer: " + redis.log());
			}
			return redis;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static int version(File executable) throws IOException {
		Process process = new ProcessBuilder(executable.getPath(), "--version").redirectErrorStream(true).start();
		String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		Matcher matcher = Pattern.compile("v=(\\d+)").matcher(text);
		return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
	}

	private static int freePort() throws IOException {
		while (true) {
			try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
				int port = socket.getLocalPort();
				if (port + BUS <= 65_535 && isFree(port + BUS)) {
					return port;
				}
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private boolean answers() {
		Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> {
			if (!this.process.isAlive()) {
				return true;
			}
			try (Jedis admin = admin()) {
				// Race: another build has started its server at this port meanwhile.
				return admin.info("server").contains("process_id:" + this.process.pid() + "\r");
			}
			catch (JedisException ex) {
				return false;
			}
		});
		return this.process.isAlive();
	}

	private String log() {
		try {
			return Files.readString(this.directory.resolve("log"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	int port() {
		return this.port;
	}

	/** A connection of the test's own. */
	Jedis admin() {
		return new Jedis("127.0.0.1", this.port, (int) LONG.toMillis());
	}

	/** How many clients wait in a blocking command. */
	int blockedClients() {
		try (Jedis admin = admin()) {
			Matcher matcher = Pattern.compile("blocked_clients:(\\d+)").matcher(admin.info("clients"));
			return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
		}
	}

	/** Whether its version has a command. */
	boolean knows(String command) {
		try (Jedis admin = admin()) {
			return ((List<?>) admin.sendCommand(Protocol.Command.COMMAND, "INFO", command)).get(0) != null;
		}
	}

	/** How many clients are connected, without the one that asks. */
	int clients() {
		try (Jedis admin = admin()) {
			return (int) admin.clientList().lines().count() - 1;
		}
	}

	/** How many connections the server has accepted since it started. */
	int connectionsReceived(Jedis admin) {
		Matcher matcher = Pattern.compile("total_connections_received:(\\d+)").matcher(admin.info("stats"));
		return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
	}

	void awaitBlockedClients(int number) {
		Awaitility.await()
			.atMost(LONG)
			.pollInterval(Duration.ofMillis(1))
			.pollDelay(Duration.ZERO)
			.until(() -> blockedClients() == number);
	}

	/** The server stops in the middle of whatever it does. */
	void freeze() {
		signal("STOP");
	}

	void thaw() {
		signal("CONT");
	}

	private void signal(String signal) {
		try {
			Process kill = new ProcessBuilder("kill", "-" + signal, "" + this.process.pid()).start();
			kill.waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void kill() {
		this.process.destroyForcibly();
	}

	@Override
	public void close() {
		kill();
		try {
			this.process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
			try (Stream<Path> files = Files.list(this.directory)) {
				for (Path file : files.toList()) {
					Files.delete(file);
				}
			}
			Files.delete(this.directory);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
