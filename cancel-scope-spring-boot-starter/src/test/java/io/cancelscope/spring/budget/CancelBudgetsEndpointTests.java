package io.cancelscope.spring.budget;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.testing.ManualTime;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint {@code cancelbudgets} over HTTP.
 */
class CancelBudgetsEndpointTests {

	private static final String JETTY = "org.springframework.boot.jetty.autoconfigure.servlet."
			+ "JettyServletWebServerAutoConfiguration";

	private static final Pattern CURL = Pattern
		.compile("curl -X (\\w+) http://localhost:8080/actuator/cancelbudgets(\\S*)(?:.* -d '(.*)')?");

	private static final String IMPORT = "/import";

	private static final String ORDERS = "/GET%20/orders/%7Bid%7D";

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
				"--management.endpoints.web.exposure.include=cancelbudgets",
				"--management.endpoint.cancelbudgets.access=unrestricted", "--cancel-scope.web.timeout=2s",
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
		assertThat(Files.readString(Path.of("..", "docs", "guides", "budgets.md")))
			.contains(resource("cancelbudgets.json").strip())
			.contains(resource("cancelbudgets.txt").strip())
			.contains(resource("cancelbudgets.properties").strip())
			.contains(resource("changed.json").strip());
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

	@Test
	void budgetOfANameIsChangedAndReverted() throws Exception {
		Answer answer = send("POST", IMPORT, """
				{"timeout": "30s", "mode": "enforce", "for": "10m"}""");

		assertThat(answer.status).isEqualTo(200);
		assertThat(withoutTimes(answer.body)).isEqualToNormalizingNewlines(resource("changed.json").strip());
		JsonNode change = JSON.readTree(get(IMPORT, "application/json").body).path("change");
		assertThat(Duration.between(Instant.parse(change.path("since").asString()),
				Instant.parse(change.path("until").asString())))
			.isEqualTo(Duration.ofMinutes(10));
		assertThat(remaining("import")).contains(Duration.ofSeconds(30));
		assertThat(get("?format=table", "*/*").body)
			.contains("import            30s     changed by alice          enforce")
			.contains(" Note: changed by alice to timeout=30s, mode=enforce, until " + change.path("until").asString()
					+ ".\n");
		assertThat(get("?format=properties", "*/*").body)
			.contains("# import: changed by alice to timeout=30s, mode=enforce, until ");

		Answer reverted = send("DELETE", IMPORT, "");
		assertThat(reverted.status).isEqualTo(200);
		assertThat(JSON.readTree(reverted.body).path("budget").path("source").asString())
			.isEqualTo("cancel-scope.timeouts.import");
		assertThat(JSON.readTree(reverted.body).has("change")).isFalse();
	}

	/** One after the other, as people would: what is changed is reverted by the next. */
	@Test
	void commandsOfTheDocumentationWork() throws Exception {
		Matcher command = CURL.matcher(Files.readString(Path.of("..", "docs", "guides", "budgets.md")));
		List<String> methods = new ArrayList<>();
		while (command.find()) {
			String body = command.group(3);
			Answer answer = send(command.group(1), command.group(2), (body != null) ? body : "");

			methods.add(command.group(1));
			assertThat(answer.status).as(command.group()).isEqualTo(200);
			assertThat(context.getBean(ScopeSettings.class).changed() != null).as(command.group())
				.isEqualTo(command.group(1).equals("POST"));
		}
		assertThat(methods).containsExactly("POST", "DELETE", "POST", "DELETE");
	}

	@Test
	void parametersOfTheQueryAreTaken() throws Exception {
		Answer answer = send("POST", ORDERS + "?timeout=900&for=1h", "");

		JsonNode json = JSON.readTree(answer.body);
		assertThat(json.path("budget").path("timeout").asDouble()).as(answer.body).isEqualTo(900);
		assertThat(json.path("change").has("until")).isTrue();
		assertThat(send("DELETE", ORDERS, "").status).isEqualTo(200);
	}

	@Test
	void allNamesAreChangedAtOnce() throws Exception {
		Answer answer = send("POST", "", """
				{"mode": "observe"}""");

		JsonNode json = JSON.readTree(answer.body);
		assertThat(json.path("change").path("mode").asString()).isEqualTo("observe");
		assertThat(json.path("change").path("by").asString()).isEqualTo("alice");
		assertThat(json.path("change").has("until")).isFalse();
		assertThat(json.path("budgets").path(0).path("mode").asString()).isEqualTo("observe");
		assertThat(json.path("budgets").path(0).has("change")).isFalse();
		assertThat(get("?format=table", "*/*").body)
			.contains("\nAll names: changed by alice to mode=observe, until the next start.\n");

		assertThat(JSON.readTree(send("DELETE", "", "").body).has("change")).isFalse();
	}

	@Test
	void changedNameWithoutCallsHasARow() throws Exception {
		assertThat(send("POST", "/new/name", """
				{"timeout": "1s"}""").status).isEqualTo(200);

		JsonNode json = JSON.readTree(get("/new/name", "application/json").body);
		assertThat(json.path("calls").asInt()).isZero();
		assertThat(json.path("budget").path("source").asString()).isEqualTo("changed by alice");
		assertThat(get("", "application/json").body).contains("\"name\":\"new/name\"");
		assertThat(send("DELETE", "/new/name", "").status).isEqualTo(204);
		assertThat(get("/new/name", "application/json").status).isEqualTo(404);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{"timeout": "10 parsecs"} | The parameter 'timeout' must be a duration, but was '10 parsecs'.
			{"timeout": "-1s"}        | The timeout must be more than 0 and at most 365d, but was '-1s'.
			{"timeout": 0}            | The timeout must be more than 0 and at most 365d, but was '0s'.
			{"mode": "off"}           | The parameter 'mode' must be 'enforce' or 'observe', but was 'off'.
			{"mode": "observe", "for": "ever"} | The parameter 'for' must be a duration, but was 'ever'.
			{"for": "10m"}            | A change of 'import' must have a timeout or a mode,
			{}                        | A change of 'import' must have a timeout or a mode,
			""")
	void badChangeIsExplained(String body, String message) throws Exception {
		Answer answer = send("POST", IMPORT, body);

		assertThat(answer.status).isEqualTo(400);
		assertThat(JSON.readTree(answer.body).path("message").asString()).startsWith(message);
		assertThat(context.getBean(ScopeSettings.class).changed()).isNull();
	}

	@Test
	void sharedRowIsNoName() throws Exception {
		assertThat(send("POST", "/others", "{\"mode\": \"observe\"}").body)
			.contains("Cannot change the budget of 'others', which stands for all names beyond"
					+ " cancel-scope.budget.max-names.");
	}

	private static Optional<Duration> remaining(String name) {
		return context.getBean(ScopeSettings.class).timeoutOf(name);
	}

	private static String withoutTimes(String body) {
		return JSON.writeValueAsString(JSON.readTree(body))
			.replaceAll("(\"since\" : \")[^\"]+", "$12026-11-30T03:00:00Z")
			.replaceAll("(\"until\" : \")[^\"]+", "$12026-11-30T03:10:00Z");
	}

	private static void call(CancelScopes scopes, ScopeOptions options, int millis) {
		scopes.run(options, (scope) -> time.advance(Duration.ofMillis(millis)));
	}

	private static String resource(String name) throws IOException {
		return Files.readString(Path.of("src/test/resources/io/cancelscope/spring/budget", name));
	}

	private static Answer get(String path, String accept) throws IOException, InterruptedException {
		return answer(request(path).header("Accept", accept).build());
	}

	private static Answer send(String method, String path, String body) throws IOException, InterruptedException {
		return answer(request(path).header("Content-Type", "application/json")
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.build());
	}

	private static HttpRequest.Builder request(String path) {
		String port = context.getEnvironment().getProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/cancelbudgets" + path))
			.timeout(Duration.ofSeconds(20));
	}

	private static Answer answer(HttpRequest request) throws IOException, InterruptedException {
		HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
		return new Answer(response.statusCode(), response.headers().firstValue("Content-Type").orElse(""),
				response.body());
	}

	private record Answer(int status, String type, String body) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		/** All callers are alice. */
		@Bean
		Filter alice() {
			return (request, response, chain) -> chain
				.doFilter(new HttpServletRequestWrapper((HttpServletRequest) request) {

					@Override
					public Principal getUserPrincipal() {
						return () -> "alice";
					}

				}, response);
		}

	}

}
