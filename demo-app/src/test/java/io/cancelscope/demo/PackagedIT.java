package io.cancelscope.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Starts the packaged trip desk in a JVM of its own, with the beans that were prepared at
 * build time, and asks it. Runs after the phase {@code package}.
 */
@Timeout(120)
@DisabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "what is in the jar does not depend on the JDK: newer ones start the chain from it")
class PackagedIT {

	private static final Path JAR = Path.of("target", "demo-app.jar");

	private static final Pattern OPEN = Pattern.compile("The trip desk is open: http://localhost:(\\d+)");

	private final List<String> printed = new ArrayList<>();

	@Test
	void deskAnswersWithinItsBudget() throws IOException, InterruptedException {
		Process desk = start();
		try (BufferedReader output = desk.inputReader()) {
			int port = port(output);
			assertThat(this.printed).noneMatch((line) -> line.contains("ran out of its budget"));

			Desk.Answer answer = new Desk(port).quotes("budget=800ms&suppliers=aurora:hanging");

			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.status("aurora")).startsWith("stopped after");
			assertThat(answer.status("borealis")).isEqualTo("answered");
			// Not Process.destroy(), which closes the stream we read from.
			desk.toHandle().destroy();
			output.lines().forEach(this.printed::add);
			assertThat(desk.waitFor(60, TimeUnit.SECONDS)).isTrue();
			assertThat(String.join("\n", this.printed))
				.contains("Starting AOT-processed", "Scope 'GET /quotes' ran out of its budget")
				.doesNotContain("not eligible", " WARN ", " ERROR ");
		}
		finally {
			desk.destroyForcibly();
		}
	}

	private static Process start() throws IOException {
		assumeThat(JAR).as("the packaged application: run the phase verify").exists();
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		return new ProcessBuilder(java.toString(), "-Dspring.aot.enabled=true", "-jar", JAR.toString(),
				"--server.port=0", "--management.server.port=0")
			.redirectErrorStream(true)
			.start();
	}

	private int port(BufferedReader output) throws IOException {
		for (String line = output.readLine(); line != null; line = output.readLine()) {
			this.printed.add(line);
			Matcher open = OPEN.matcher(line);
			if (open.find()) {
				return Integer.parseInt(open.group(1));
			}
		}
		return fail("The trip desk ended, and had said:\n" + String.join("\n", this.printed));
	}

}
