package io.cancelscope.demo.nodes;

import java.io.IOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.cancelscope.demo.chain.ChainException;
import io.cancelscope.demo.chain.Database;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Starts a database and some trip desks on it, each in a process of its own and on a port
 * of its own, and waits until one of them ends.
 */
public final class Nodes {

	/** What the desks use and none of them creates: they start at the same time. */
	private static final String TABLE = "create table import_line (import integer, line integer)";

	private Nodes() {
	}

	/**
	 * Runs until a desk ends, or this program.
	 * @param count how many desks
	 * @param firstPort the port of the first; the others are on the next ones
	 * @param out where the lines go
	 */
	public static void run(int count, int firstPort, Consumer<String> out) throws InterruptedException {
		// Logback would print all of what the embedded database logs.
		LoggingSystem.get(Nodes.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.OFF);
		out.accept("Starting PostgreSQL and " + count + " trip desks …");
		try (Database database = Database.start()) {
			createTable(database);
			run(database, count, firstPort, out);
		}
		catch (IOException | SQLException ex) {
			throw new ChainException("The database fails: " + ex.getMessage() + ".", ex);
		}
	}

	private static void createTable(Database database) throws SQLException {
		try (Connection connection = database.source().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(TABLE);
		}
	}

	private static void run(Database database, int count, int firstPort, Consumer<String> out)
			throws InterruptedException {
		List<String> homes = IntStream.range(firstPort, firstPort + count)
			.mapToObj((port) -> "http://localhost:" + port)
			.toList();
		// Not on the command line, which everybody on the machine can read.
		Map<String, String> environment = Map.of("CANCEL_SCOPE_CLUSTER_SECRET", secret());
		List<NodeProcess> desks = new ArrayList<>();
		CountDownLatch ended = new CountDownLatch(1);
		try {
			for (int i = 0; i < count; i++) {
				desks.add(NodeProcess.start("desk " + (i + 1),
						List.of("--spring.profiles.active=nodes", "--server.port=" + (firstPort + i),
								"--cancel-scope.cluster.node=localhost:" + (firstPort + i),
								"--cancel-scope.cluster.nodes=" + count, "--nodes.homes=" + String.join(",", homes),
								"--nodes.database=" + database.url(), "--nodes.database-process=" + database.process()),
						environment, out, ended::countDown));
			}
			for (NodeProcess desk : desks) {
				desk.awaitOpen();
			}
			out.accept(text(homes));
			out.accept("open: " + String.join(" ", homes));
			ended.await();
			throw new ChainException(desks.stream()
				.filter(NodeProcess::hasEnded)
				.map(NodeProcess::obituary)
				.collect(Collectors.joining(System.lineSeparator())));
		}
		finally {
			desks.forEach(NodeProcess::close);
		}
	}

	private static String secret() {
		byte[] secret = new byte[32];
		new SecureRandom().nextBytes(secret);
		return HexFormat.of().formatHex(secret);
	}

	private static String text(List<String> homes) {
		return """

				Begin a slow import on one desk:
				  curl -X POST '%s/imports/42?takes=30s'
				Stop it from another one, with its query:
				  curl -X DELETE '%s/actuator/cancelscopes?key=import-42&reason=wrong+file'
				What runs in the database now:
				  curl '%s/imports'
				Ctrl-C ends all of them.
				""".formatted(homes.get(0), homes.get(homes.size() - 1), homes.get(0));
	}

}
