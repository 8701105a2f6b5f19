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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import redis.embedded.core.ExecutableProvider;

import org.springframework.util.FileSystemUtils;

/**
 * Redis: the installed server, or the one in a jar. Where none starts, tests are aborted
 * with the reason.
 */
final class RedisEngine implements Engine {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final File executable;

	private final int port;

	private final Path directory;

	private Process process;

	private RedisEngine(File executable, int port, Path directory) throws IOException {
		this.executable = executable;
		this.port = port;
		this.directory = directory;
		this.process = process();
	}

	static RedisEngine start() throws IOException {
		List<String> tried = new ArrayList<>();
		for (File executable : executables()) {
			RedisEngine engine = null;
			try {
				engine = new RedisEngine(executable, freePort(), Files.createTempDirectory("cluster-redis"));
				if (engine.answers()) {
					return engine;
				}
			}
			catch (IOException ex) {
				tried.add(executable + ": " + ex.getMessage());
			}
			if (engine != null) {
				tried.add(executable + " ended: " + Files.readString(engine.directory.resolve("log")));
				engine.close();
			}
		}
		return Assumptions.abort("No Redis server starts here: " + tried);
	}

	private static List<File> executables() {
		List<File> found = new ArrayList<>();
		Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
			.map((folder) -> new File(folder, "redis-server"))
			.filter(File::canExecute)
			.findFirst()
			.ifPresent(found::add);
		try {
			found.add(ExecutableProvider.newJarResourceProvider().get());
		}
		catch (IOException | RuntimeException ex) {
			System.out.println("No Redis server in the jar for this system: " + ex);
		}
		return found;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private Process process() throws IOException {
		return new ProcessBuilder(this.executable.getPath(), "--port", "" + this.port, "--bind", "127.0.0.1", "--save",
				"", "--appendonly", "no", "--dir", this.directory.toString())
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("log").toFile())
			.start();
	}

	private boolean answers() {
		Awaitility.await()
			.atMost(LONG)
			.pollInterval(Duration.ofMillis(20))
			.until(() -> !this.process.isAlive() || pings());
		return this.process.isAlive();
	}

	private boolean pings() {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", this.port), (int) LONG.toMillis());
			socket.setSoTimeout((int) LONG.toMillis());
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			return socket.getInputStream().read() == '+';
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
		this.process.destroyForcibly().waitFor(LONG.toSeconds(), TimeUnit.SECONDS);
	}

	@Override
	public void startAgain() throws IOException {
		this.process = process();
		if (!answers()) {
			throw new IOException("Redis ended: " + Files.readString(this.directory.resolve("log")));
		}
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
