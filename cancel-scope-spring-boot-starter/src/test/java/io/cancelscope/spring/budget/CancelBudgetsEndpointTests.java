package io.cancelscope.spring.budget;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint {@code cancelbudgets} over HTTP.
 */
class CancelBudgetsEndpointTests {

	private static final String JETTY = "org.springframework.boot.jetty.autoconfigure.servlet."
			+ "JettyServletWebServerAutoConfiguration";

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	private static final HttpClient client = HttpClient.newHttpClient();

	private static final ManualTime time = new ManualTime();

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		SpringApplication application = new SpringApplication(Application.class);
		application.addInitializers(
				(created) -> ((GenericApplicationContext) created).registerBean(ManualTime.class, () -> time));
		application.setWebApplicationType(WebApplicationType.SERVLET);
		context = application.run("--spring.autoconfigure.exclude=" + JETTY, "--server.port=0",
				"--management.endpoints.web.exposure.include=cancelbudgets", "--cancel-scope.web.timeout=2s",
				"--cancel-scope.timeouts.import=1m", "--cancel-scope.modes.import=observe");
		CancelScopes scopes = context.getBean(CancelScopes.class);
		for (int i = 0; i < 2_000; i++) {
			call(scopes, ScopeOptions.named("GET /orders/{id}").withTimeout(Duration.ofSeconds(2)),
					(i % 400 == 0) ? 630 : 20 + i % 100);
		}
		call(scopes, ScopeOptions.named("import").withTimeout(Duration.ofMinutes(1)), 61_000);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void budgetsAreShown() throws Exception {
		Answer answer = get("", "application/json");

		assertThat(answer.status).isEqualTo(200);
		assertThat(JSON.writeValueAsString(JSON.readTree(answer.body)))
			.isEqualToNormalizingNewlines(resource("cancelbudgets.json").strip());
	}

	@Test
	void documentationShowsTheSame() throws IOException {
		assertThat(Files.readString(Path.of("..", "docs", "budgets.md")))
			.contains(resource("cancelbudgets.json").strip())
			.contains(resource("cancelbudgets.txt").strip())
			.contains(resource("cancelbudgets.properties").strip());
	}

	@Test
	void peopleGetATable() throws Exception {
		Answer answer = get("", "text/plain");

		assertThat(answer.type).startsWith("text/plain");
		assertThat(answer.body.strip()).isEqualToNormalizingNewlines(resource("cancelbudgets.txt").strip());
		assertThat(get("?format=table", "*/*").body).isEqualTo(answer.body);
	}

	@Test
	void propertiesAreReadyToBeCopied() throws Exception {
		Answer answer = get("?format=properties", "*/*");

		assertThat(answer.type).startsWith("text/plain");
		assertThat(answer.body.strip()).isEqualToNormalizingNewlines(resource("cancelbudgets.properties").strip());
	}

	@Test
	void whoAcceptsAnythingGetsWhatTheActuatorReturns() throws Exception {
		assertThat(get("", "*/*").type).startsWith("application/vnd.spring-boot.actuator.v3+json");
	}

	@Test
	void unknownFormatIsNamed() throws Exception {
		assertThat(get("?format=xml", "*/*").status).isEqualTo(400);
	}

	@Test
	void oneNameIsFoundWithTheSlashesOfItsPath() throws Exception {
		Answer answer = get("/GET%20/orders/%7Bid%7D", "application/json");

		assertThat(answer.status).isEqualTo(200);
		JsonNode json = JSON.readTree(answer.body);
		assertThat(json.path("name").asString()).isEqualTo("GET /orders/{id}");
		assertThat(get("/nobody", "application/json").status).isEqualTo(404);
	}

	private static void call(CancelScopes scopes, ScopeOptions options, int millis) {
		scopes.run(options, (scope) -> time.advance(Duration.ofMillis(millis)));
	}

	private static String resource(String name) throws IOException {
		return Files.readString(Path.of("src/test/resources/io/cancelscope/spring/budget", name));
	}

	private static Answer get(String path, String accept) throws IOException, InterruptedException {
		String port = context.getEnvironment().getProperty("local.server.port");
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + port + "/actuator/cancelbudgets" + path))
			.header("Accept", accept)
			.timeout(Duration.ofSeconds(20))
			.build();
		HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
		return new Answer(response.statusCode(), response.headers().firstValue("Content-Type").orElse(""),
				response.body());
	}

	private record Answer(int status, String type, String body) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
