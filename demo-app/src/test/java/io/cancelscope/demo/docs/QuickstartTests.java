package io.cancelscope.demo.docs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import com.example.demo.DemoApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the application of {@code docs/getting-started/quickstart.md} and its commands,
 * and compares what the page says that they print.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class QuickstartTests {

	private static final Path PAGE = Path.of("..", "docs", "getting-started", "quickstart.md");

	private static final Pattern COMMAND = Pattern
		.compile("(?m)^\\$ curl -s (.*)http://localhost:8080(/\\S*)\\n((?:(?!\\$ |```).*\\n)*)");

	private final HttpClient http = HttpClient.newHttpClient();

	@Test
	void pageShowsWhatTheApplicationPrints(CapturedOutput output) throws Exception {
		String page = Files.readString(PAGE);
		List<String> printed = lines(page, "```text\n");
		List<MatchResult> commands = COMMAND.matcher(page).results().toList();

		try (ConfigurableApplicationContext application = start()) {
			String port = application.getEnvironment().getRequiredProperty("local.server.port");
			for (MatchResult command : commands) {
				HttpResponse<String> answer = get("http://localhost:" + port + command.group(2));
				String shown = command.group(1).contains("%{http_code}") ? answer.statusCode() + "" : answer.body();
				assertThat(shown).as(command.group(2)).isEqualTo(command.group(3).strip());
			}
		}

		assertThat(commands).hasSize(2);
		assertThat(printed).hasSize(4);
		assertThat(output.getOut().lines().filter((line) -> line.startsWith("Asking") || line.startsWith("Stopped")))
			.containsExactlyElementsOf(printed);
	}

	/** With nothing but its own settings. */
	private static ConfigurableApplicationContext start() {
		return SpringApplication.run(DemoApplication.class, "--server.port=0",
				"--spring.config.location=optional:classpath:/none/");
	}

	private HttpResponse<String> get(String url) throws IOException, InterruptedException {
		return this.http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
	}

	/** The lines of the page's block that begins so. */
	private static List<String> lines(String page, String fence) {
		int start = page.indexOf(fence) + fence.length();
		return page.substring(start, page.indexOf("```", start)).lines().toList();
	}

}
