package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

import org.springframework.util.FileSystemUtils;

/**
 * PostgreSQL, from the binaries in a jar. Where it does not start, tests are aborted with
 * the reason.
 */
final class PostgresEngine implements Engine {

	private final Path data;

	private EmbeddedPostgres server;

	private PostgresEngine(Path data, EmbeddedPostgres server) {
		this.data = data;
		this.server = server;
	}

	static PostgresEngine start() throws IOException {
		Path data = Files.createTempDirectory("cluster-postgres");
		try {
			return new PostgresEngine(data, start(data, 0));
		}
		catch (IOException | RuntimeException ex) {
			FileSystemUtils.deleteRecursively(data);
			return Assumptions.abort("PostgreSQL does not start here: " + ex);
		}
	}

	private static EmbeddedPostgres start(Path data, int port) throws IOException {
		return EmbeddedPostgres.builder()
			.setDataDirectory(data)
			.setCleanDataDirectory(false)
			.setPort(port)
			.setPGStartupWait(Duration.ofSeconds(60))
			.start();
	}

	static String url(int port) {
		return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?sslmode=disable&gssEncMode=disable";
	}

	@Override
	public int port() {
		return this.server.getPort();
	}

	@Override
	public void kill() throws IOException, InterruptedException {
		long main = Long.parseLong(Files.readAllLines(this.data.resolve("postmaster.pid")).get(0).trim());
		List<ProcessHandle> all = new ArrayList<>();
		ProcessHandle.of(main).ifPresent((process) -> {
			process.children().forEach(all::add);
			all.add(process);
		});
		List<String> command = new ArrayList<>(List.of("kill", "-KILL"));
		all.forEach((process) -> command.add("" + process.pid()));
		new ProcessBuilder(command).inheritIO().start().waitFor(10, TimeUnit.SECONDS);
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> all.stream().noneMatch(PostgresEngine::isRunning));
	}

	/** One that has ended, but that nobody has asked for its status, has no command. */
	private static boolean isRunning(ProcessHandle process) {
		return process.isAlive() && process.info().command().isPresent();
	}

	@Override
	public void startAgain() throws IOException {
		int port = this.server.getPort();
		this.server.close();
		this.server = start(this.data, port);
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		FileSystemUtils.deleteRecursively(this.data);
	}

}
