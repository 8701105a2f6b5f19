package io.cancelscope.demo.chain;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server of the parent's own, from the binaries in the jar.
 */
public final class Database implements Closeable {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final int LAST_LINES = 5;

	private final EmbeddedPostgres server;

	private final long process;

	private final Path log;

	private Database(EmbeddedPostgres server, long process, Path log) {
		this.server = server;
		this.process = process;
		this.log = log;
	}

	/** Starts one, on a free port. */
	public static Database start() {
		try {
			Path log = Files.createTempFile("cancel-scope-chain", ".log");
			return start(Files.createTempDirectory("cancel-scope-chain"), log);
		}
		catch (IOException ex) {
			throw new ChainException("PostgreSQL has no place for its files: " + ex.getMessage() + ".", ex);
		}
	}

	private static Database start(Path data, Path log) throws IOException {
		try {
			EmbeddedPostgres server = EmbeddedPostgres.builder()
				.setDataDirectory(data)
				.setOutputRedirector(Redirect.appendTo(log.toFile()))
				.setPGStartupWait(PATIENCE)
				.start();
			String process = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
			return new Database(server, Long.parseLong(process.strip()), log);
		}
		catch (IOException | RuntimeException | LinkageError ex) {
			String lines = lastLines(log);
			FileSystemUtils.deleteRecursively(data);
			Files.deleteIfExists(log);
			throw new ChainException("PostgreSQL does not start on this machine: " + ex.getMessage() + "." + lines
					+ " The jar has binaries for Linux and macOS on x86-64; this is " + System.getProperty("os.name")
					+ " on " + System.getProperty("os.arch")
					+ ". As root, PostgreSQL starts only if 'unshare -U' works:"
					+ " otherwise run the demo as another user.", ex);
		}
	}

	private static String lastLines(Path log) throws IOException {
		List<String> lines = Files.readAllLines(log);
		return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())
			.stream()
			.filter((line) -> !line.isBlank())
			.map((line) -> System.lineSeparator() + "  " + line)
			.collect(Collectors.collectingAndThen(Collectors.joining(),
					(text) -> text.isEmpty() ? "" : text + System.lineSeparator()));
	}

	/** Returns a source without a pool. */
	public DataSource source() {
		return this.server.getPostgresDatabase();
	}

	/** Returns the URL, which has the user, too. */
	public String url() {
		return this.server.getJdbcUrl("postgres", "postgres");
	}

	/** Returns the process to end if this one is killed. */
	public long process() {
		return this.process;
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		Files.deleteIfExists(this.log);
	}

}
