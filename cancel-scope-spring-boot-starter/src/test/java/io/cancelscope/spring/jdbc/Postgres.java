package io.cancelscope.spring.jdbc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * A PostgreSQL server of the tests' own, with real processes that can be stopped and
 * killed.
 */
final class Postgres implements AutoCloseable {

	private static Postgres shared;

	private final Path data;

	private EmbeddedPostgres server;

	private Postgres(Path data, EmbeddedPostgres server) {
		this.data = data;
		this.server = server;
	}

	/** One for all tests that leave it as it is. */
	static synchronized Postgres shared() throws IOException {
		if (shared == null) {
			shared = start();
		}
		return shared;
	}

	static Postgres start() throws IOException {
		Path data = Files.createTempDirectory("cancel-scope-postgres");
		return new Postgres(data, start(data, 0));
	}

	private static EmbeddedPostgres start(Path data, int port) {
		try {
			return EmbeddedPostgres.builder()
				.setDataDirectory(data)
				.setCleanDataDirectory(false)
				.setPort(port)
				.setPGStartupWait(Duration.ofSeconds(60))
				.start();
		}
		catch (IOException | RuntimeException ex) {
			return abort("PostgreSQL does not start on this machine: " + ex);
		}
	}

	/** A pool as it is, and in front of it the proxy that an application gets. */
	WatchedPool pool(int size, Duration abortAfter) {
		return pool(size, JdbcSettings.abortAfter(abortAfter));
	}

	WatchedPool pool(int size, CancelScopeJdbcProperties properties) {
		HikariConfig config = new HikariConfig();
		PGSimpleDataSource database = (PGSimpleDataSource) this.server.getPostgresDatabase();
		// How long the driver's own cancel may wait for a server that doesn't answer.
		database.setCancelSignalTimeout(60);
		config.setDataSource(database);
		config.setMaximumPoolSize(size);
		config.setConnectionTimeout(20_000);
		HikariDataSource raw = new HikariDataSource(config);
		return new WatchedPool(raw, JdbcSettings.watched(raw, properties), "select pg_backend_pid()");
	}

	/** How many statements with this text the server is executing. */
	int running(String text) throws SQLException {
		try (Connection connection = this.server.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select count(*) from pg_stat_activity where state = 'active'"
						+ " and pid <> pg_backend_pid() and query like '%" + text + "%'")) {
			rows.next();
			return rows.getInt(1);
		}
	}

	void awaitRunning(String text, int count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(running(text)).isEqualTo(count));
	}

	/** Sends a signal to all of the server's processes. */
	void signal(String name) throws IOException, InterruptedException {
		long main = Long.parseLong(Files.readAllLines(this.data.resolve("postmaster.pid")).get(0).trim());
		List<String> command = new ArrayList<>(List.of("kill", "-" + name, String.valueOf(main)));
		ProcessHandle.of(main)
			.stream()
			.flatMap(ProcessHandle::children)
			.forEach((child) -> command.add(String.valueOf(child.pid())));
		Process kill = new ProcessBuilder(command).inheritIO().start();
		assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
	}

	/** Starts it again, on the same port, after it was killed. */
	void restart() throws IOException {
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
