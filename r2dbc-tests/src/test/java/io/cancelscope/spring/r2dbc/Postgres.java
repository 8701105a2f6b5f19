package io.cancelscope.spring.r2dbc;

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

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.spi.ConnectionFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * A PostgreSQL server of the tests' own, with real processes that can be stopped and
 * killed.
 */
final class Postgres implements Database, AutoCloseable {

	private static Postgres shared;

	private final Path data;

	private EmbeddedPostgres server;

	/** Stays open, so that a look at the server takes no longer than it must. */
	private Connection probe;

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
				.setServerConfig("max_connections", "300")
				.start();
		}
		catch (IOException | RuntimeException ex) {
			return abort("PostgreSQL does not start on this machine: " + ex);
		}
	}

	int port() {
		return this.server.getPort();
	}

	@Override
	public ConnectionFactory driver() {
		return new PostgresqlConnectionFactory(PostgresqlConnectionConfiguration.builder()
			.host("localhost")
			.port(this.server.getPort())
			.username("postgres")
			.database("postgres")
			.build());
	}

	@Override
	public String sleep() {
		return "select 1 as n from pg_sleep(61)";
	}

	@Override
	public String rows() {
		return "select n from generate_series(1, 900000000) n";
	}

	@Override
	public String update() {
		return "update item set n = n + 1 where (select 1 from pg_sleep(61)) = 1";
	}

	@Override
	public String backend() {
		return "select pg_backend_pid() as n";
	}

	/** How many statements the server is executing. */
	@Override
	public int running() throws SQLException {
		return number("select count(*) from pg_stat_activity where state = 'active'"
				+ " and backend_type = 'client backend' and pid <> pg_backend_pid()");
	}

	@Override
	public synchronized int number(String sql) throws SQLException {
		if (this.probe == null || !this.probe.isValid(5)) {
			this.probe = this.server.getPostgresDatabase().getConnection();
		}
		try (Statement statement = this.probe.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getInt(1);
		}
	}

	@Override
	public void execute(String sql) throws SQLException {
		try (Connection connection = this.server.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/** Sends a signal to all of the server's processes. */
	@Override
	public void signal(String name) throws IOException, InterruptedException {
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
