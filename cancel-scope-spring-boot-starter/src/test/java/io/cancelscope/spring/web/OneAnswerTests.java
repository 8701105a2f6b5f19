package io.cancelscope.spring.web;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import io.cancelscope.CancelScope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is left of the handler's answer where a cancelled request gets another one, and in
 * which format that is.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource(Server.class)
class OneAnswerTests {

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server,
				(server) -> server.start(Lobby.class, "cancel-scope.web.timeout=300ms",
						"cancel-scope.timeouts[GET /cancelled]=1m", "cancel-scope.web.expired-header=true",
						"spring.web.resources.static-locations=classpath:/pages/"));
		this.context.getBean(Lobby.Pages.class).takeScopes();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/blocking", "/written", "/streamed", "/filtered", "/callable", "/deferred", "/emitter" })
	void problemDetailHasNoHeadersOfTheHandlersAnswer(String path) throws Exception {
		HttpResponse<String> response = Lobby.get(this.context, path, null);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		hasOnlyHeadersOfEveryAnswer(response.headers());
		assertThat(JsonPath.<Map<String, Object>>read(response.body(), "$")).containsEntry("status", 504)
			.containsEntry("kind", "DEADLINE")
			.containsEntry("detail", "The request exceeded its deadline")
			.containsEntry("instance", path)
			.doesNotContainKeys("scope", "origin", "budget", "elapsed");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/blocking", "/written", "/streamed", "/filtered", "/callable", "/deferred", "/emitter" })
	void browserGetsThePageOfTheApplication(String path) throws Exception {
		HttpResponse<String> response = Lobby.get(this.context, path, Lobby.BROWSER);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("text/html"));
		assertThat(response.body()).contains("The lobby is slow today").endsWith("</html>\n");
		hasOnlyHeadersOfEveryAnswer(response.headers());
		List<CancelScope> scopes = this.context.getBean(Lobby.Pages.class).takeScopes();
		assertThat(scopes).isNotEmpty().allSatisfy((scope) -> assertThat(scope.isCancelled()).isFalse());
	}

	private static void hasOnlyHeadersOfEveryAnswer(HttpHeaders headers) {
		assertThat(headers.allValues("Cache-Control")).containsExactly("no-store");
		assertThat(headers.allValues("Deadline-Expired")).containsExactly("server");
		assertThat(headers.map()).doesNotContainKeys("cdn-cache-control", "expires", "pragma", "etag", "last-modified",
				"age", "content-encoding", "content-disposition", "location");
		assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
		assertThat(headers.firstValueAsLong("Content-Length").orElse(0)).isNotEqualTo(1000);
	}

	@Test
	void handlersCookiesAndVaryStay() throws Exception {
		HttpHeaders headers = Lobby.get(this.context, "/blocking", null).headers();

		assertThat(headers.allValues("Set-Cookie")).anyMatch((cookie) -> cookie.startsWith("visit=7"));
		assertThat(headers.allValues("Vary")).contains("Origin");
		assertThat(headers.firstValue("X-Trace")).contains("7");
	}

	@ParameterizedTest
	@ValueSource(strings = { Lobby.BROWSER, "application/json", "application/xml" })
	void messageOfACancellationStaysInside(String accept) throws Exception {
		HttpResponse<String> response = Lobby.get(this.context, "/cancelled", accept);

		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Retry-After")).contains("1");
		assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-store");
		assertThat(response.body()).isNotBlank().doesNotContain("4711", "Endpoints");
	}

	@ParameterizedTest
	@ValueSource(strings = { "*/*", "application/json", "application/json, text/plain, */*", "image/png", "garbage",
			"application/json, text/html;q=0.5" })
	void everybodyElseGetsJson(String accept) throws Exception {
		HttpResponse<String> response = Lobby.get(this.context, "/blocking", accept);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(JsonPath.<Integer>read(response.body(), "$.status")).isEqualTo(504);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/xml", "text/xml, */*;q=0.1", "application/problem+xml" })
	void callerThatPrefersXmlGetsIt(String accept) throws Exception {
		HttpResponse<String> response = Lobby.get(this.context, "/blocking", accept);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type"))
			.hasValueSatisfying((type) -> assertThat(type).startsWith("application/problem+xml"));
		assertThat(response.body()).contains("urn:ietf:rfc:7807", "<status>504</status>", "<kind>DEADLINE</kind>");
	}

}
