package io.cancelscope.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Starts the chain of the packaged demo: a JVM for each service, a real database, real
 * connections. Runs after the phase {@code package}.
 */
@Timeout(300)
@EnabledForJreRange(min = JRE.JAVA_18, disabledReason = "takes more than a minute: JDK 17 starts the desks")
class ChainIT {

	private static final Path JAR = Path.of("target", "demo-app.jar");

	private static final int KILLED = 128 + 9;

	private static final Pattern SUMMARY = Pattern.compile("chain: 2 runs, all three idle after median (\\d+) ms,"
			+ " worst (\\d+) ms; without cancel-scope (\\d+) ms");

	private static final Pattern DATABASE = Pattern.compile("--chain\\.database-process=(\\d+)");

	private final List<String> printed = new ArrayList<>();

	private Process chain;

	@TempDir
	private Path temporary;

	@AfterEach
	void end() {
		if (this.chain != null) {
			this.chain.destroyForcibly();
		}
	}

	@Test
	void servicesStopWithCancelScopeAndGoOnWithout() throws IOException, InterruptedException {
		Path picture = this.temporary.resolve("chain.svg");
		BufferedReader output = start("--chain=2", "--picture=" + picture);
		output.lines().forEach(this.printed::add);

		assertThat(exitStatus()).as(this::text).isEqualTo(DemoApplication.FINE);
		Matcher summary = SUMMARY.matcher(this.printed.get(this.printed.size() - 1));
		assertThat(summary.matches()).as(this::text).isTrue();
		assertThat(Integer.parseInt(summary.group(1))).isLessThan(1000);
		assertThat(Integer.parseInt(summary.group(3))).isGreaterThan(1000);
		assertThat(this.printed).filteredOn((line) -> line.matches(".*(GET /trips|Plan|Find) .*(DISC|DEADLINE).*"))
			.hasSize(6);
		assertThat(picture).content().startsWith("<svg").endsWith("</svg>\n");
		assertThat(this.chain.descendants()).isEmpty();
	}

	@Test
	void deadServiceEndsTheChainWithItsName() throws IOException, InterruptedException {
		BufferedReader output = start("--chain=1000");
		ProcessHandle service = firstService(output);
		ProcessHandle database = database(service);

		service.destroyForcibly();
		output.lines().forEach(this.printed::add);

		assertThat(exitStatus()).isEqualTo(DemoApplication.FAILED);
		assertThat(text()).contains("Service 'fares' ended with exit status " + KILLED);
		awaitGone(service, database);
	}

	@Test
	void nothingOutlivesAParentThatIsKilled() throws IOException {
		BufferedReader output = start("--chain=1000");
		ProcessHandle service = firstService(output);
		ProcessHandle database = database(service);

		this.chain.destroyForcibly();

		awaitGone(service, database);
	}

	private BufferedReader start(String... options) throws IOException {
		assumeThat(JAR).as("the packaged application: run the phase verify").exists();
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// What a killed database leaves is deleted with this directory; its programs stay
		// where they are unpacked.
		command.add("-Djava.io.tmpdir=" + this.temporary);
		command.add("-Dot.epg.working-dir=" + Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg"));
		command.addAll(List.of("-jar", JAR.toString()));
		command.addAll(Arrays.asList(options));
		this.chain = new ProcessBuilder(command).redirectErrorStream(true).start();
		return this.chain.inputReader();
	}

	/** Returns the service that is started first, while it starts. */
	private ProcessHandle firstService(BufferedReader output) throws IOException {
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			this.printed.add(line);
			if (line.contains("starting the services")) {
				assumeThat(ProcessHandle.current().info().commandLine()).as("command lines can be read").isPresent();
				return Awaitility.await()
					.atMost(Duration.ofSeconds(60))
					.until(() -> this.chain.children()
						.filter((child) -> line(child).contains("--chain-service="))
						.findFirst(), Optional::isPresent)
					.orElseThrow();
			}
		}
		skipWithoutDatabase();
		throw new AssertionError("The chain ended, and had said:\n" + text());
	}

	private int exitStatus() throws InterruptedException {
		assertThat(this.chain.waitFor(60, TimeUnit.SECONDS)).isTrue();
		skipWithoutDatabase();
		return this.chain.exitValue();
	}

	private void skipWithoutDatabase() {
		this.printed.stream()
			.filter((line) -> line.startsWith("PostgreSQL does not start"))
			.findFirst()
			.ifPresent((line) -> abort(text()));
	}

	/** The database is no child of the chain's: it was started by its own tool. */
	private static ProcessHandle database(ProcessHandle service) {
		Matcher database = DATABASE.matcher(line(service));
		assertThat(database.find()).isTrue();
		return ProcessHandle.of(Long.parseLong(database.group(1))).orElseThrow();
	}

	private static String line(ProcessHandle process) {
		return process.info().commandLine().orElse("");
	}

	private static void awaitGone(ProcessHandle... processes) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(processes).filteredOn(ChainIT::isRunning).isEmpty());
	}

	/** One that has ended, but that nobody has asked for its status, has no command. */
	private static boolean isRunning(ProcessHandle process) {
		return process.isAlive() && process.info().command().isPresent();
	}

	private String text() {
		return String.join("\n", this.printed);
	}

}
