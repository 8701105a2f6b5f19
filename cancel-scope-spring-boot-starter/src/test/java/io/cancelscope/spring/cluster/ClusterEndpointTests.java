package io.cancelscope.spring.cluster;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ScopeSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three applications, and the actuator of one of them over HTTP.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@SuppressWarnings("try")
class ClusterEndpointTests {

	/** One server is enough, and the client tests bring another. */
	private static final String JETTY = "org.springframework.boot.jetty.autoconfigure.servlet."
			+ "JettyServletWebServerAutoConfiguration";

	private static final HttpClient client = HttpClient.newHttpClient();

	private static final MemoryEngine engine = new MemoryEngine();

	private static final List<ConfigurableApplicationContext> nodes = new ArrayList<>();

	@BeforeAll
	static void start() {
		nodes.add(start(WebApplicationType.SERVLET, "one"));
		nodes.add(start(WebApplicationType.NONE, "two"));
		nodes.add(start(WebApplicationType.NONE, "three"));
	}

	private static ConfigurableApplicationContext start(WebApplicationType type, String name) {
		SpringApplication application = new SpringApplication(Application.class);
		application.addInitializers((context) -> ((GenericApplicationContext) context)
			.registerBean(CancelTransport.class, engine::transport));
		application.setWebApplicationType(type);
		return application.run("--spring.main.web-application-type=" + type, "--spring.autoconfigure.exclude=" + JETTY,
				"--server.port=0", "--management.endpoints.web.exposure.include=cancelscopes,cancelbudgets",
				"--management.endpoint.cancelbudgets.access=unrestricted",
				"--management.endpoint.cancelscopes.access=unrestricted", "--cancel-scope.cluster.enabled=true",
				"--cancel-scope.cluster.secret=" + TestNode.SECRET, "--cancel-scope.cluster.nodes=3",
				"--cancel-scope.cluster.node=" + name);
	}

	@AfterAll
	static void stop() {
		nodes.forEach(ConfigurableApplicationContext::close);
		nodes.clear();
	}

	@Test
	void scopeOfAnotherNodeIsCancelledByItsKey() throws Exception {
		try (OpenScope scope = openOn(2)) {
			assertThat(send("DELETE", "?key=order-42&reason=wrong+file&wait=30s"))
				.isEqualTo("{\"nodes\":3,\"cancelled\":1,\"already\":0,\"cluster\":\"reached\"}");
			assertThat(scope.reason().orElseThrow().message()).isEqualTo("cancelled by request: wrong file");
			assertThat(send("DELETE", "?key=order-42&wait=30s"))
				.isEqualTo("{\"nodes\":3,\"cancelled\":0,\"already\":1,\"cluster\":\"reached\"}");
		}
	}

	@Test
	void engineThatIsDownIsSaid() throws Exception {
		engine.setDown(true);
		try (OpenScope here = openOn(0); OpenScope there = openOn(1)) {
			assertThat(send("DELETE", "?key=order-42&wait=30s"))
				.isEqualTo("{\"nodes\":1,\"cancelled\":1,\"already\":0,\"cluster\":\"unreached\"}");
			assertThat(here.isCancelled()).isTrue();
			assertThat(there.isCancelled()).isFalse();
		}
		finally {
			engine.setDown(false);
		}
	}

	@Test
	void scopesOfAllNodesAreListed() throws Exception {
		try (OpenScope scope = openOn(1)) {
			assertThat(send("GET", "?cluster=true&wait=30s"))
				.startsWith("{\"total\":1,\"shown\":1,\"nodes\":[{\"node\":\"one\",\"total\":0,\"scopes\":[]}")
				.contains("\"node\":\"two\",\"total\":1,\"scopes\":[{\"id\":\"", "\"key\":\"order-42\"",
						"\"state\":\"open\"", "\"node\":\"three\"")
				.endsWith("\"cluster\":\"reached\"}");
			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void budgetIsChangedOnAllNodes() throws Exception {
		assertThat(send("POST", "/cancelbudgets/import", "{\"timeout\":\"800ms\",\"for\":\"10m\"}"))
			.contains("\"timeout\":800.0", "\"nodes\":\"all\"");
		for (ConfigurableApplicationContext node : nodes) {
			await().atMost(Duration.ofSeconds(30))
				.until(() -> node.getBean(ScopeSettings.class)
					.timeoutOf("import")
					.equals(Optional.of(Duration.ofMillis(800))));
		}
		send("DELETE", "/cancelbudgets", "");
		for (ConfigurableApplicationContext node : nodes) {
			await().atMost(Duration.ofSeconds(30)).until(() -> node.getBean(ScopeSettings.class).changed() == null);
		}
	}

	private static OpenScope openOn(int node) {
		return nodes.get(node)
			.getBean(CancelScopes.class)
			.openUnbound(ScopeOptions.named("import").withKey("order-42"));
	}

	private static String send(String method, String query) throws Exception {
		return send(method, "/cancelscopes" + query, "");
	}

	private static String send(String method, String path, String body) throws Exception {
		String port = nodes.get(0).getEnvironment().getProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator" + path))
			.header("Content-Type", "application/json")
			.method(method, HttpRequest.BodyPublishers.ofString(body))
			.timeout(Duration.ofSeconds(60))
			.build();
		return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
