package io.cancelscope.spring.r2dbc;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.asyncer.r2dbc.mysql.MySqlConnectionConfiguration;
import io.asyncer.r2dbc.mysql.MySqlConnectionFactory;
import io.asyncer.r2dbc.mysql.constant.SslMode;
import io.r2dbc.spi.ConnectionFactory;
import org.awaitility.Awaitility;
import org.mariadb.r2dbc.MariadbConnectionConfiguration;
import org.mariadb.r2dbc.MariadbConnectionFactory;

import org.springframework.test.util.TestSocketUtils;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * A MariaDB server of the tests' own, a real process: Debian's where it is installed,
 * otherwise the one that comes in a jar.
 */
final class MariaDb implements AutoCloseable {

	private static MariaDb shared;

	private final Path data;

	private final Process server;

	private final int port;

	private Connection probe;

	private MariaDb(Path data, Process server, int port) {
		this.data = data;
		this.server = server;
		this.port = port;
	}

	/** One for all tests that leave it as it is; it ends with the JVM. */
	static synchronized MariaDb shared() throws Exception {
		if (shared == null) {
			shared = start();
			Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
		}
		return shared;
	}

	static MariaDb start() throws Exception {
		Path data = Files.createTempDirectory("cancel-scope-mariadb");
		MariaDbFiles files = MariaDbFiles.find();
		run(files.install(data));
		int port = TestSocketUtils.findAvailableTcpPort();
		List<String> command = new ArrayList<>(files.server(data, port));
		command.add("--max-connections=400");
		Process server = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(data.resolve("log").toFile())
			.start();
		MariaDb started = new MariaDb(data, server, port);
		try {
			started.awaitStart();
			return started;
		}
		catch (Exception | Error ex) {
			started.close();
			throw ex;
		}
	}

	private static void run(List<String> command) throws Exception {
		File log = File.createTempFile("cancel-scope-mariadb", ".log");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
		if (!process.waitFor(4, TimeUnit.MINUTES) || process.exitValue() != 0) {
			abort("MariaDB does not start on this machine: " + Files.readString(log.toPath()));
		}
		Files.delete(log.toPath());
	}

	private void awaitStart() throws Exception {
		try {
			Awaitility.await()
				.atMost(Duration.ofMinutes(4))
				.ignoreExceptions()
				.until(() -> !this.server.isAlive() || number("select 1") == 1);
		}
		finally {
			if (!this.server.isAlive()) {
				abort("MariaDB does not start on this machine: " + Files.readString(this.data.resolve("log")));
			}
		}
		execute("create database if not exists app");
		execute("create user app identified by 'app'");
		execute("grant all on app.* to app");
	}

	/** The server by the driver of MariaDB. */
	Database byMariaDb() {
		return new Server() {

			@Override
			public ConnectionFactory driver() {
				return new MariadbConnectionFactory(MariadbConnectionConfiguration.builder()
					.host("127.0.0.1")
					.port(MariaDb.this.port)
					.username("app")
					.password("app")
					.database("app")
					.build());
			}

		};
	}

	/** The server by the driver for MySQL. */
	Database byMySql() {
		return new Server() {

			@Override
			public ConnectionFactory driver() {
				return MySqlConnectionFactory.from(MySqlConnectionConfiguration.builder()
					.host("127.0.0.1")
					.port(MariaDb.this.port)
					.user("app")
					.password("app")
					.database("app")
					.sslMode(SslMode.DISABLED)
					.build());
			}

		};
	}

	private synchronized int number(String sql) throws SQLException {
		if (this.probe == null || !this.probe.isValid(5)) {
			this.probe = DriverManager.getConnection(
					"jdbc:mariadb://127.0.0.1:" + this.port + "/app?createDatabaseIfNotExist=true", "root", "");
		}
		try (Statement statement = this.probe.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getInt(1);
		}
	}

	private synchronized void execute(String sql) throws SQLException {
		number("select 1");
		try (Statement statement = this.probe.createStatement()) {
			statement.execute(sql);
		}
	}

	@Override
	public void close() {
		this.server.destroyForcibly();
		this.server.onExit().orTimeout(10, TimeUnit.SECONDS).join();
		try {
			FileSystemUtils.deleteRecursively(this.data);
		}
		catch (IOException ex) {
			// Ignored: it is in the folder for temporary files.
		}
	}

	private abstract class Server implements Database {

		@Override
		public String sleep() {
			return "select sleep(61) as n";
		}

		@Override
		public String rows() {
			return "select seq as n from seq_1_to_900000000";
		}

		@Override
		public String update() {
			return "update item set n = n + 1 where sleep(61) = 0";
		}

		@Override
		public String backend() {
			return "select connection_id() as n";
		}

		@Override
		public int running() throws SQLException {
			return MariaDb.this.number("select count(*) from information_schema.processlist"
					+ " where user = 'app' and command <> 'Sleep' and info is not null");
		}

		@Override
		public int number(String sql) throws SQLException {
			return MariaDb.this.number(sql);
		}

		@Override
		public void execute(String sql) throws SQLException {
			MariaDb.this.execute(sql);
		}

		@Override
		public void signal(String name) throws IOException, InterruptedException {
			Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(MariaDb.this.server.pid())).inheritIO()
				.start();
			assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
		}

	}

}
