package io.cancelscope.spring.jdbc;

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
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;

import org.springframework.test.util.TestSocketUtils;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * A MariaDB server of the tests' own, a real process: Debian's where it is installed,
 * otherwise the one that comes in a jar.
 */
final class MariaDb implements AutoCloseable {

	/** Without the privilege to connect where there is no connection left. */
	static final String USER = "app";

	private static MariaDb shared;

	private final Path data;

	private final Process server;

	private final int port;

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

	static MariaDb start(String... options) throws Exception {
		Path data = Files.createTempDirectory("cancel-scope-mariadb");
		MariaDbFiles files = MariaDbFiles.find();
		run(files.install(data));
		int port = TestSocketUtils.findAvailableTcpPort();
		List<String> command = new ArrayList<>(files.server(data, port));
		command.addAll(List.of(options));
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
				.until(() -> !this.server.isAlive() || connects());
		}
		finally {
			if (!this.server.isAlive()) {
				abort("MariaDB does not start on this machine: " + Files.readString(this.data.resolve("log")));
			}
		}
		asRoot("create database app", "create user " + USER + " identified by ''", "grant all on app.* to " + USER);
	}

	private boolean connects() throws SQLException {
		asRoot("select 1");
		return true;
	}

	private void asRoot(String... statements) throws SQLException {
		try (Connection connection = root(); Statement statement = connection.createStatement()) {
			for (String one : statements) {
				statement.execute(one);
			}
		}
	}

	private Connection root() throws SQLException {
		return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + this.port + "/mysql", "root", "");
	}

	/** A pool as it is, and in front of it the proxy that an application gets. */
	WatchedPool pool(Driver driver, int size, Duration abortAfter, String... settings) {
		return pool(driver, size, JdbcSettings.abortAfter(abortAfter), settings);
	}

	WatchedPool pool(Driver driver, int size, CancelScopeJdbcProperties properties, String... settings) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(driver.url + "://127.0.0.1:" + this.port + "/app?" + driver.settings
				+ String.join("", Stream.of(settings).map((setting) -> "&" + setting).toList()));
		config.setUsername(USER);
		config.setPassword("");
		config.setMaximumPoolSize(size);
		config.setConnectionTimeout(120_000);
		HikariDataSource raw = new HikariDataSource(config);
		return new WatchedPool(raw, JdbcSettings.watched(raw, properties), "select connection_id()");
	}

	/** How many connections are executing something that fits. */
	private int count(String condition) throws SQLException {
		try (Connection connection = root();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select count(*) from information_schema.processlist"
						+ " where id <> connection_id() and command <> 'Sleep' and " + condition)) {
			rows.next();
			return rows.getInt(1);
		}
	}

	/** Waits until a connection is executing something, or nothing any more. */
	void awaitBusy(int backend, boolean busy) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.untilAsserted(() -> assertThat(count("id = " + backend)).isEqualTo(busy ? 1 : 0));
	}

	void killRunning(String text) throws SQLException {
		try (Connection connection = root();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select id from information_schema.processlist"
						+ " where id <> connection_id() and info like '%" + text + "%'")) {
			while (rows.next()) {
				asRoot("kill " + rows.getLong(1));
			}
		}
	}

	/** Waits until no statement with this text is executed. */
	void awaitEnd(String text) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(2))
			.untilAsserted(() -> assertThat(count("info like '%" + text + "%'")).isZero());
	}

	/** Sends a signal to the server. */
	void signal(String name) throws IOException, InterruptedException {
		Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(this.server.pid())).inheritIO().start();
		assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
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

	/** The drivers that talk to it. */
	enum Driver {

		MARIADB("jdbc:mariadb", "connectTimeout=20000"),

		MYSQL("jdbc:mysql", "sslMode=DISABLED&allowPublicKeyRetrieval=true");

		private final String url;

		private final String settings;

		Driver(String url, String settings) {
			this.url = url;
			this.settings = settings;
		}

		/** The fetch size at which rows are read while the server computes them. */
		int streaming() {
			return (this == MYSQL) ? Integer.MIN_VALUE : 1;
		}

	}

}
