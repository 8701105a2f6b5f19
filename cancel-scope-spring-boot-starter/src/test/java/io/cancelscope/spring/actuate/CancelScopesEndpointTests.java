package io.cancelscope.spring.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.MDC;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint {@code cancelscopes} over HTTP.
 */
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("try")
class CancelScopesEndpointTests {

	private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

	private static final Pattern INSTANT = Pattern.compile("\"(opened|deadline)\" : \"([^\"]+)\"");

	/** One server is enough, and the client tests bring another. */
	private static final String JETTY = "org.springframework.boot.jetty.autoconfigure.servlet."
			+ "JettyServletWebServerAutoConfiguration";

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	private static final HttpClient client = HttpClient.newHttpClient();

	/** By their arguments. */
	private static final Map<List<String>, ConfigurableApplicationContext> contexts = new HashMap<>();

	/** Runs on from test to test: only differences are looked at. */
	private static final ManualTime time = new ManualTime();

	private ConfigurableApplicationContext context;

	private CancelScopes scopes;

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@Test
	void openScopesAreShownAsAList() throws IOException {
		start();
		Thread.currentThread().setName("main");
		try (OpenScope request = this.scopes
			.open(ScopeOptions.named("GET /quotes").withTimeout(Duration.ofSeconds(2)))) {
			time.advance(Duration.ofMillis(300));
			OpenScope supplier = this.scopes
				.openUnbound(ScopeOptions.named("supplier").withTimeout(Duration.ofMillis(800)).bubble());
			time.advance(Duration.ofMillis(100));
			supplier.cancel("the fare is known already");

			Answer answer = get("");
			supplier.close();

			assertThat(answer.status).isEqualTo(200);
			assertThat(steady(answer.json)).isEqualToNormalizingNewlines(resource("cancelscopes.json").strip());
		}
		assertThat(get("").json.path("total").asInt()).isZero();
	}

	@Test
	void documentationShowsTheSame() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "reference", "observability.md"));

		assertThat(page).contains(resource("cancelscopes.json").strip());
	}

	@Test
	void treeHasChildrenBelowTheirParents() {
		start();
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
				OpenScope middle = this.scopes.open(ScopeOptions.named("middle").shield());
				OpenScope inner = this.scopes.open(ScopeOptions.named("inner").interrupt())) {
			JsonNode tree = get("?tree=true").json;
			assertThat(tree.at("/scopes/0/children/0/children/0/name").asString()).isEqualTo("inner");
			assertThat(tree.at("/scopes/0/children/0/shield").asBoolean()).isTrue();
			assertThat(tree.at("/shown").asInt()).isEqualTo(3);

			JsonNode below = get("/" + tree.at("/scopes/0/children/0/id").asString()).json;
			assertThat(below.path("name").asString()).isEqualTo("middle");
			assertThat(below.path("parent").asString()).isEqualTo(tree.at("/scopes/0/id").asString());
			assertThat(below.at("/children/0/interrupt").asBoolean()).isTrue();
		}
	}

	@Test
	void limitShowsRootsFirst() {
		start();
		OpenScope first = this.scopes.openUnbound(ScopeOptions.named("first"));
		time.advance(Duration.ofSeconds(1));
		try (CancelScope.Registration attached = first.attach()) {
			OpenScope below = this.scopes.openUnbound(ScopeOptions.named("below"));
			OpenScope second = this.scopes.openUnbound(ScopeOptions.named("second").detached());

			JsonNode two = get("?limit=2").json;

			assertThat(two.at("/scopes/0/name").asString()).isEqualTo("first");
			assertThat(two.at("/scopes/1/name").asString()).isEqualTo("second");
			assertThat(two.path("scopes").size()).isEqualTo(2);
			assertThat(two.path("total").asInt()).isEqualTo(3);
			assertThat(get("?limit=0").status).isEqualTo(400);
			below.close();
			second.close();
		}
		first.close();
	}

	@Test
	void limitThatIsNotTheApplicationsOwnIsNamed() {
		start();
		ScopeOptions limited = ScopeOptions.named("a").withTimeout(Duration.ofSeconds(1));
		try (OpenScope own = this.scopes.open(limited);
				OpenScope callers = this.scopes.open(limited.withBudgetSource("header grpc-timeout of the caller"))) {
			JsonNode two = get("").json;

			assertThat(two.at("/scopes/0").has("limit")).isFalse();
			assertThat(two.at("/scopes/1/limit").asString()).isEqualTo("header grpc-timeout of the caller");
			assertThat(callers.isCancelled()).isFalse();
			assertThat(own.isCancelled()).isFalse();
		}
	}

	@Test
	void cancellingHasToBeAllowed() {
		start();
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			assertThat(delete("/" + idOf("a"), null).status).isEqualTo(405);

			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void cancellingCancelsAndSaysWhoDidIt(CapturedOutput output) {
		start("--management.endpoint.cancelscopes.access=unrestricted");
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("import"))) {
			Answer answer = delete("/" + idOf("import") + "?reason=" + encoded("too\r\nslow"), "ada");

			assertThat(answer.status).isEqualTo(200);
			assertThat(answer.json.path("cancelled").asBoolean()).isTrue();
			assertThat(scope.reason()).hasValueSatisfying((reason) -> {
				assertThat(reason.kind()).isEqualTo(CancelReason.Kind.REQUESTED);
				assertThat(reason.message()).isEqualTo("cancelled by 'ada': too\\r\\nslow");
			});
		}
		assertThat(output).contains("Scope 'import' was cancelled by 'ada': too\\r\\nslow");
	}

	@Test
	void withoutAPrincipalItIsTheActuatorThatCancels() {
		start("--management.endpoint.cancelscopes.access=unrestricted");
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			assertThat(delete("/" + idOf("a"), null).status).isEqualTo(200);

			assertThat(scope.reason().orElseThrow().message()).isEqualTo("cancelled by actuator");
		}
	}

	@Test
	void whatCannotBeCancelledIsSaid() {
		start("--management.endpoint.cancelscopes.access=unrestricted", "--cancel-scope.modes.watched=observe");
		try (OpenScope cancelled = this.scopes.open(ScopeOptions.named("cancelled"));
				OpenScope observed = this.scopes.open(ScopeOptions.named("watched").shield())) {
			String id = idOf("cancelled");
			cancelled.cancel();

			assertThat(delete("/" + id, null)).satisfies((answer) -> {
				assertThat(answer.status).isEqualTo(409);
				assertThat(answer.json.path("message").asString()).contains("is cancelled already");
			});
			assertThat(delete("/" + idOf("watched"), null)).satisfies((answer) -> {
				assertThat(answer.status).isEqualTo(409);
				assertThat(answer.json.path("message").asString()).contains("only observed");
			});
		}
	}

	@Test
	void scopesAreCancelledByKeyNameTraceAndId(CapturedOutput output) {
		start("--management.endpoint.cancelscopes.access=unrestricted");
		MDC.put("traceId", "4bf92f35");
		OpenScope traced = this.scopes.openUnbound(ScopeOptions.named("traced"));
		MDC.remove("traceId");
		try (OpenScope keyed = this.scopes.openUnbound(ScopeOptions.named("import").withKey("order-42"));
				OpenScope named = this.scopes.openUnbound(ScopeOptions.named("named"));
				OpenScope shown = this.scopes.openUnbound(ScopeOptions.named("shown"))) {
			assertThat(get("").json.toString()).contains("\"key\":\"order-42\"");
			assertCancelled("?key=order-42&reason=" + encoded("wrong\nfile"), keyed);
			assertThat(keyed.reason().orElseThrow().message()).isEqualTo("cancelled by 'ada': wrong\\nfile");
			assertThat(output).contains("cancelled by 'ada': wrong\\nfile");
			assertCancelled("?name=named", named);
			assertCancelled("?trace=4bf92f35&wait=50ms", traced);
			assertCancelled("?id=" + idOf("shown"), shown);
			assertThat(delete("?key=order-42", null).text)
				.isEqualTo("{\"nodes\":1,\"cancelled\":0,\"already\":1,\"cluster\":\"off\"}");
			assertThat(delete("?key=none", null).text)
				.isEqualTo("{\"nodes\":1,\"cancelled\":0,\"already\":0,\"cluster\":\"off\"}");
		}
		traced.close();
	}

	private void assertCancelled(String query, OpenScope scope) {
		assertThat(scope.isCancelled()).isFalse();
		Answer answer = delete(query, "ada");
		assertThat(answer.status).isEqualTo(200);
		assertThat(answer.text).isEqualTo("{\"nodes\":1,\"cancelled\":1,\"already\":0,\"cluster\":\"off\"}");
		assertThat(scope.isCancelled()).isTrue();
	}

	@Test
	void observedScopeIsCountedAsRefused() {
		start("--management.endpoint.cancelscopes.access=unrestricted", "--cancel-scope.modes.watched=observe");
		try (OpenScope observed = this.scopes.openUnbound(ScopeOptions.named("watched").withKey("order-42"))) {
			assertThat(delete("?key=order-42", null).json.path("refused").asInt()).isOne();
			assertThat(observed.isCancelled()).isFalse();
		}
	}

	@Test
	void badSelectionIsRefused() {
		start("--management.endpoint.cancelscopes.access=unrestricted");

		assertThat(delete("", null).status).isEqualTo(400);
		assertThat(delete("?key=a&name=b", null).status).isEqualTo(400);
		assertThat(delete("?key=%20", null).status).isEqualTo(400);
		assertThat(delete("?key=" + "k".repeat(501), null).status).isEqualTo(400);
		assertThat(delete("?key=a&wait=2m", null).status).isEqualTo(400);
		assertThat(delete("?key=a&wait=soon", null).status).isEqualTo(400);
	}

	@Test
	void tooManyBroadRequestsAreRefused() {
		start("--management.endpoint.cancelscopes.access=unrestricted", "--cancel-scope.cluster.broad-per-minute=1");

		assertThat(delete("?name=a", null).status).isEqualTo(200);
		Answer answer = delete("?name=a", null);
		assertThat(answer.status).isEqualTo(429);
		assertThat(answer.json.path("message").asString()).contains("Too many requests by name or by trace id");
	}

	@Test
	void selectingHasToBeAllowed() {
		start();
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("a").withKey("order-42"))) {
			assertThat(delete("?key=order-42", null).status).isEqualTo(405);
			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void scopesOfTheClusterAreShownByNode() {
		start();
		try (OpenScope scope = this.scopes
			.openUnbound(ScopeOptions.named("import").withKey("order-42").withTimeout(Duration.ofSeconds(2)))) {
			JsonNode json = get("?cluster=true&wait=50ms").json;

			assertThat(json.path("cluster").asString()).isEqualTo("off");
			assertThat(json.path("total").asInt()).isOne();
			assertThat(json.at("/nodes/0/scopes/0/key").asString()).isEqualTo("order-42");
			assertThat(json.at("/nodes/0/scopes/0/remaining").asString()).isEqualTo("2s");
			assertThat(json.at("/nodes/0/scopes/0/state").asString()).isEqualTo("open");
			assertThat(get("?cluster=true&limit=0").status).isEqualTo(400);
			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void unknownAndClosedScopesAreNotFound() {
		start("--management.endpoint.cancelscopes.access=unrestricted");
		OpenScope scope = this.scopes.open(ScopeOptions.named("a"));
		String id = idOf("a");
		scope.close();

		assertThat(get("/" + id).status).isEqualTo(404);
		assertThat(delete("/" + id, null).status).isEqualTo(404);
		assertThat(get("/1").status).isEqualTo(404);
	}

	@Test
	void messagesAreShownToWhoIsKnown() {
		start();
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			scope.failed(new IllegalStateException("password is 'sesame'"));

			assertThat(reasonSeenBy(null)).contains("******", "java.lang.IllegalStateException")
				.doesNotContain("sesame");
			assertThat(reasonSeenBy("ada")).contains("sesame");
		}
	}

	@Test
	void messagesAreShownToAllOrNobodyWherePropertiesSaySo() {
		start("--cancel-scope.actuate.show-messages=always");
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			scope.cancel("because");
			assertThat(reasonSeenBy(null)).contains("because");
		}
		start("--cancel-scope.actuate.show-messages=never");
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			scope.cancel("because");
			assertThat(reasonSeenBy("ada")).doesNotContain("because");
		}
	}

	@Test
	void whatADeadlineSaysIsNoSecret() {
		start();
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a").withTimeout(Duration.ofSeconds(1)))) {
			time.advance(Duration.ofSeconds(2));

			assertThat(reasonSeenBy(null)).contains("the budget of 1s is used up");
		}
	}

	private String reasonSeenBy(String user) {
		return send(request("").GET(), user).json.at("/scopes/0/reason").toString();
	}

	private String idOf(String name) {
		for (JsonNode scope : get("").json.path("scopes")) {
			if (scope.path("name").asString().equals(name)) {
				return scope.path("id").asString();
			}
		}
		throw new AssertionError("No scope '" + name + "' is shown");
	}

	private void start(String... arguments) {
		this.context = contexts.computeIfAbsent(List.of(arguments), CancelScopesEndpointTests::newContext);
		this.scopes = this.context.getBean(CancelScopes.class);
	}

	private static ConfigurableApplicationContext newContext(List<String> arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.addInitializers(
				(context) -> ((GenericApplicationContext) context).registerBean(ManualTime.class, () -> time));
		application.setWebApplicationType(WebApplicationType.SERVLET);
		List<String> all = new ArrayList<>(arguments);
		all.add("--spring.main.web-application-type=servlet");
		all.add("--spring.autoconfigure.exclude=" + JETTY);
		all.add("--server.port=0");
		all.add("--management.endpoints.web.exposure.include=cancelscopes");
		return application.run(all.toArray(String[]::new));
	}

	private Answer get(String path) {
		return send(request(path).GET(), null);
	}

	private Answer delete(String path, String user) {
		return send(request(path).DELETE(), user);
	}

	private HttpRequest.Builder request(String path) {
		String port = this.context.getEnvironment().getProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/cancelscopes" + path))
			.timeout(Duration.ofSeconds(20));
	}

	private static Answer send(HttpRequest.Builder request, String user) {
		if (user != null) {
			request.header("X-User", user);
		}
		try {
			HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
			String body = response.body();
			return new Answer(response.statusCode(), body, JSON.readTree(body.isEmpty() ? "{}" : body));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String encoded(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String resource(String name) throws IOException {
		return Files.readString(Path.of("src/test/resources/io/cancelscope/spring/actuate", name));
	}

	/** Ids and times that are the same each time; distances in time stay. */
	private static String steady(JsonNode json) {
		String text = JSON.writeValueAsString(json);
		Map<String, String> ids = new LinkedHashMap<>();
		String known = ID.matcher(text)
			.replaceAll((id) -> ids.computeIfAbsent(id.group(),
					(missing) -> "0f6e2c4a-9d1b-4c8e-b7a3-00000000000" + (ids.size() + 1)));
		Matcher first = INSTANT.matcher(known);
		assertThat(first.find()).isTrue();
		Duration shift = Duration.between(Instant.parse(first.group(2)), Instant.parse("2026-11-25T09:30:00Z"));
		return INSTANT.matcher(known)
			.replaceAll((at) -> "\"" + at.group(1) + "\" : \"" + Instant.parse(at.group(2)).plus(shift) + "\"");
	}

	private record Answer(int status, String text, JsonNode json) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Filter userFromHeader() {
			return (request, response, chain) -> chain
				.doFilter(new HttpServletRequestWrapper((HttpServletRequest) request) {

					@Override
					public Principal getUserPrincipal() {
						String user = getHeader("X-User");
						return (user != null) ? () -> user : null;
					}

				}, response);
		}

	}

}
