package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three nodes, each in a process of its own, over a real engine. The times are printed as
 * a table, and asserted only so that a hang is found. To measure:
 * {@code -Dcancel-scope.test.commands=1000 -Dcancel-scope.test.queries=100}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
abstract class ThreeProcesses {

	private static final int COMMANDS = Integer.getInteger("cancel-scope.test.commands", 100);

	private static final int QUERIES = Integer.getInteger("cancel-scope.test.queries", 10);

	private static final int WARM_UP = 50;

	private static final Duration LONG = Duration.ofSeconds(60);

	/** Far above what it takes: only a hang is found by this. */
	private static final double HANGING_MILLIS = 20_000;

	private final List<NodeProcess> nodes = new ArrayList<>();

	private PostgresEngine database;

	private Engine engine;

	private Proxy network;

	private int number;

	/** Starts the engine, or returns the database if that is it. */
	abstract Engine startEngine(PostgresEngine database) throws IOException;

	/** Returns the properties of a node that finds the engine at a port. */
	abstract List<String> properties(int port);

	/** Returns the name of the engine. */
	abstract String engine();

	@BeforeAll
	void start() throws IOException, InterruptedException {
		this.database = PostgresEngine.start();
		this.engine = startEngine(this.database);
		this.network = Proxy.to(this.engine.port());
		for (int i = 0; i < 3; i++) {
			List<String> properties = new ArrayList<>(properties((i < 2) ? this.engine.port() : this.network.port()));
			properties.addAll(List.of("spring.main.banner-mode=off", "logging.level.root=warn",
					"cancel-scope.cluster.enabled=true", "cancel-scope.cluster.secret=" + "secret-".repeat(6),
					"cancel-scope.cluster.nodes=3", "cancel-scope.cluster.wait-for=5s",
					"cancel-scope.cluster.heartbeat=2s",
					"spring.datasource.url=" + PostgresEngine.url(this.database.port()),
					"spring.datasource.username=postgres", "spring.datasource.hikari.maximum-pool-size=4"));
			this.nodes.add(NodeProcess.start(properties));
		}
		for (NodeProcess node : this.nodes) {
			node.await("ready");
		}
		awaitConnected();
	}

	@AfterAll
	void end() throws IOException {
		this.nodes.forEach(NodeProcess::close);
		if (this.network != null) {
			this.network.close();
		}
		if (this.engine != null && this.engine != this.database) {
			this.engine.close();
		}
		if (this.database != null) {
			this.database.close();
		}
	}

	private NodeProcess node(int index) {
		return this.nodes.get(index);
	}

	private void awaitConnected() {
		for (NodeProcess node : this.nodes) {
			Awaitility.await().atMost(LONG).until(node::isConnected);
		}
	}

	@Test
	@Order(1)
	void commandReachesAScopeOfAnotherProcess() throws Exception {
		for (int i = 0; i < WARM_UP; i++) {
			cancelScope();
		}
		double[] reached = new double[COMMANDS];
		double[] answered = new double[COMMANDS];
		for (int i = 0; i < COMMANDS; i++) {
			Times times = cancelScope();
			reached[i] = times.reached();
			answered[i] = times.answered();
		}
		print("command to isCancelled() on another node", reached);
		print("command to the answers of all three nodes", answered);
		assertThat(Arrays.stream(reached).max().orElseThrow()).isBetween(0.0, HANGING_MILLIS);
	}

	private Times cancelScope() throws Exception {
		String key = "scope-" + this.number++;
		NodeProcess from = node(this.number % 3);
		NodeProcess to = node((this.number + 1) % 3);
		to.say("open " + key);
		to.await("opened " + key);
		from.say("cancel " + key);
		long at = Long.parseLong(to.await("cancelled " + key)[2]);
		String[] result = from.await("result " + key);
		assertThat(Arrays.asList(result).subList(4, 8)).containsExactly("3", "1", "0", "REACHED");
		long begin = Long.parseLong(result[2]);
		return new Times((at - begin) / 1e6, (Long.parseLong(result[3]) - begin) / 1e6);
	}

	@Test
	@Order(2)
	void commandStopsAQueryOfAnotherProcess() throws Exception {
		double[] gone = new double[QUERIES];
		for (int i = -3; i < QUERIES; i++) {
			String key = "query-" + this.number++;
			node(1).say("query " + key);
			node(1).await("querying " + key);
			Awaitility.await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> running(key) == 1);
			node(0).say("cancel " + key);
			long at = Long.parseLong(node(1).await("stopped " + key)[2]);
			long begin = Long.parseLong(node(0).await("result " + key)[2]);
			assertThat(running(key)).isZero();
			if (i >= 0) {
				gone[i] = (at - begin) / 1e6;
			}
		}
		print("command to the end of the SQL of another node", gone);
		assertThat(Arrays.stream(gone).max().orElseThrow()).isBetween(0.0, HANGING_MILLIS);
	}

	private int running(String key) throws Exception {
		PostgresAddress address = new PostgresAddress(PostgresEngine.url(this.database.port()), "postgres", null);
		try (Connection connection = address.connect();
				PreparedStatement statement = connection.prepareStatement("select count(*) from pg_stat_activity"
						+ " where state = 'active' and pid <> pg_backend_pid() and query like ?")) {
			statement.setString(1, "select pg_sleep%'" + key + "'");
			try (ResultSet rows = statement.executeQuery()) {
				rows.next();
				return rows.getInt(1);
			}
		}
	}

	@Test
	@Order(3)
	void nodeBehindAPartitionIsReachedAgainAfterwards() throws Exception {
		String key = "far-" + this.number++;
		node(2).say("open " + key);
		node(2).await("opened " + key);
		this.network.stall();
		Awaitility.await().atMost(LONG).until(() -> !node(2).isConnected());

		node(2).say("open near-" + key);
		node(2).await("opened near-" + key);
		node(2).say("cancel near-" + key);
		assertThat(node(2).await("result near-" + key)[7]).isEqualTo("UNREACHED");
		node(2).await("cancelled near-" + key);
		this.network.resume();
		awaitConnected();

		node(0).say("cancel " + key);
		assertThat(node(0).await("result " + key)[7]).isEqualTo("REACHED");
		node(2).await("cancelled " + key);
	}

	/** The last one: where the engine is the database, its connections are gone, too. */
	@Test
	@Order(4)
	void engineIsKilledInTheMiddleAndComesBack() throws Exception {
		String near = "near-" + this.number++;
		String far = "far-" + this.number++;
		node(0).say("open " + near);
		node(0).await("opened " + near);
		node(1).say("open " + far);
		node(1).await("opened " + far);
		this.engine.kill();

		node(0).say("cancel " + near);
		node(0).await("cancelled " + near);
		assertThat(node(0).await("result " + near)[7]).isEqualTo("UNREACHED");
		node(0).say("cancel " + far);
		assertThat(node(0).await("result " + far)[7]).isEqualTo("UNREACHED");
		assertThat(node(1).hasSaid("cancelled " + far)).isFalse();
		for (NodeProcess node : this.nodes) {
			Awaitility.await().atMost(LONG).until(() -> !node.isConnected());
		}
		this.engine.startAgain();
		awaitConnected();

		node(0).say("cancel " + far);
		assertThat(Arrays.asList(node(0).await("result " + far)).subList(4, 8)).containsExactly("3", "1", "0",
				"REACHED");
		node(1).await("cancelled " + far);
	}

	private void print(String what, double[] millis) {
		double[] sorted = millis.clone();
		Arrays.sort(sorted);
		System.out.println(
				String.format(Locale.ROOT, "| %-10s | %-46s | %5d | median %6.2f ms | p99 %6.2f ms | max %6.2f ms |",
						engine(), what, sorted.length, sorted[sorted.length / 2],
						sorted[(int) Math.ceil(sorted.length * 0.99) - 1], sorted[sorted.length - 1]));
	}

	/**
	 * In milliseconds since the command.
	 *
	 * @param reached until the scope on the other node was cancelled
	 * @param answered until all nodes had answered
	 */
	private record Times(double reached, double answered) {
	}

}
