package io.cancelscope.demo.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.cancelscope.demo.Desk;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Starts the three desks of the packaged demo, begins imports on one, and stops them from
 * another: over HTTP, and in a real browser. Runs after the phase {@code package}.
 */
@Timeout(300)
@DisabledForJreRange(min = JRE.JAVA_18, disabledReason = "takes a minute: newer JDKs start the chain")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodesIT {

	private static final Path JAR = Path.of("target", "demo-app.jar");

	private static final Duration LONG = Duration.ofSeconds(60);

	private final List<String> printed = new ArrayList<>();

	private Process program;

	private int port;

	@BeforeAll
	void start(@TempDir Path temporary) throws IOException {
		assumeThat(JAR).as("the packaged application: run the phase verify").exists();
		this.port = threeFreePorts();
		this.program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				// What a killed database leaves is deleted with this directory.
				"-Djava.io.tmpdir=" + temporary,
				"-Dot.epg.working-dir=" + Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg"), "-jar",
				JAR.toString(), "--nodes=3", "--server.port=" + this.port)
			.redirectErrorStream(true)
			.start();
		BufferedReader output = this.program.inputReader();
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			this.printed.add(line);
			if (line.startsWith("open: ")) {
				assertThat(line).isEqualTo("open: http://localhost:%d http://localhost:%d http://localhost:%d",
						this.port, this.port + 1, this.port + 2);
				return;
			}
		}
		String text = String.join("\n", this.printed);
		if (text.contains("PostgreSQL does not start")) {
			abort(text);
		}
		fail("The desks ended, and had said:\n" + text);
	}

	/** Below the ports that the system gives to clients. */
	private static int threeFreePorts() {
		return Awaitility.await().atMost(LONG).until(() -> {
			int first = ThreadLocalRandom.current().nextInt(15_000, 30_000);
			return (isFree(first) && isFree(first + 1) && isFree(first + 2)) ? first : 0;
		}, (first) -> first > 0);
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@AfterAll
	void end() {
		if (this.program != null) {
			this.program.destroyForcibly();
		}
	}

	private Desk desk(int number) {
		return new Desk(this.port + number);
	}

	private void awaitRunning(int imports) {
		Awaitility.await()
			.atMost(LONG)
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> assertThat(desk(1).get("/imports").<Integer>read("$.running")).isEqualTo(imports));
	}

	@Test
	@Order(1)
	void importOfOneDeskIsStoppedByAnother() {
		Desk.Answer begun = desk(0).send("POST", "/imports/42?takes=60s", "");
		assertThat(begun.status()).isEqualTo(202);
		assertThat(begun.<String>read("$.key")).isEqualTo("import-42");
		awaitRunning(1);

		Desk.Answer stopped = desk(2).send("DELETE", "/actuator/cancelscopes?key=import-42&reason=wrong+file", "");

		assertThat(stopped.status()).isEqualTo(200);
		assertThat(stopped.body()).isEqualTo("{\"nodes\":3,\"cancelled\":1,\"already\":0,\"cluster\":\"reached\"}");
		awaitRunning(0);
		Awaitility.await()
			.atMost(LONG)
			.untilAsserted(() -> assertThat(desk(0).get("/imports/42").<String>read("$.state")).startsWith("stopped: ")
				.endsWith("wrong file"));
		assertThat(desk(1).get("/imports/42").status()).isEqualTo(404);
	}

	@Test
	@Order(2)
	void importThatNobodyStopsIsDone() {
		desk(1).send("POST", "/imports/7?takes=300ms", "");

		Awaitility.await()
			.atMost(LONG)
			.untilAsserted(
					() -> assertThat(desk(1).get("/imports/7").<String>read("$.state")).isEqualTo("done: 3 lines"));
		assertThat(desk(1).send("POST", "/imports/8?takes=2+parsecs", "").status()).isEqualTo(400);
	}

	@Test
	@Order(3)
	void pageOfADeskShowsAndStopsTheWorkOfAll() throws IOException {
		try (Browser browser = Browser.start()) {
			browser.open(this.port + 1);
			browser.go("");
			browser.await(() -> browser.text("#nodes-state").equals("3 desks answer"));
			desk(0).send("POST", "/imports/42?takes=120s", "");
			browser.set("nodes-number", "43");
			browser.click("#nodes-begin button");
			browser.await(() -> browser.all("#nodes-scopes tr[data-key='import-42']").size() == 1
					&& browser.all("#nodes-scopes tr[data-key='import-43']").size() == 1);
			assertThat(browser.text("#nodes-scopes tbody[data-node='localhost:" + this.port + "']"))
				.contains("import-42");
			browser.picture("nodes-running");

			browser.click("#nodes-scopes tr[data-key='import-42'] button");

			browser.await(() -> browser.all("#nodes-scopes tr[data-key='import-42']").isEmpty());
			browser.await(() -> browser.text("#nodes-answer")
				.contains("{\"nodes\":3,\"cancelled\":1,\"already\":0,\"cluster\":\"reached\"}"));
			assertThat(browser.all("#nodes-scopes tr[data-key='import-43']")).hasSize(1);
			browser.picture("nodes-stopped");
			browser.click("#nodes-scopes tr[data-key='import-43'] button");
			browser.await(() -> browser.all("#nodes-scopes tr[data-scope]").isEmpty());
		}
		awaitRunning(0);
	}

	@Test
	@Order(4)
	void nothingOutlivesTheProgramThatIsKilled() {
		List<ProcessHandle> all = this.program.descendants().toList();
		assertThat(all).hasSizeGreaterThanOrEqualTo(3);

		this.program.destroyForcibly();

		Awaitility.await().atMost(LONG).untilAsserted(() -> assertThat(all).filteredOn(NodesIT::isRunning).isEmpty());
	}

	/** One that has ended, but that nobody has asked for its status, has no command. */
	private static boolean isRunning(ProcessHandle process) {
		return process.isAlive() && process.info().command().isPresent();
	}

}
