package io.cancelscope.spring.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.cancelscope.CancelScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests to the actuator have no scope, wherever it is.
 */
@Timeout(120)
class ActuatorPathsTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/actuator/health        | management.endpoints.web.base-path=/actuator
			/management/health      | management.endpoints.web.base-path=/management
			/management             | management.endpoints.web.base-path=/management
			/health                 | management.endpoints.web.base-path=/
			/check                  | management.endpoints.web.base-path=/;\
			management.endpoints.web.path-mapping.health=check
			/shop/management/health | management.endpoints.web.base-path=/management;\
			server.servlet.context-path=/shop
			/api/management/health  | management.endpoints.web.base-path=/management;\
			spring.mvc.servlet.path=/api
			/livez                  | management.endpoint.health.probes.add-additional-paths=true;\
			management.endpoint.health.probes.enabled=true
			""")
	void actuatorHasNoScopes(String path, String properties) throws Exception {
		try (ConfigurableApplicationContext context = Server.TOMCAT.start(Desk.class, properties.split(";"))) {
			Watch watch = context.getBean(Watch.class);

			assertThat(status(Server.uri(context, path))).isEqualTo(200);

			assertThat(watch.opened()).isEmpty();
			String application = path.startsWith("/shop") ? "/shop" : path.startsWith("/api") ? "/api" : "";
			assertThat(status(Server.uri(context, application + "/names/7"))).isEqualTo(200);
			assertThat(watch.opened()).extracting(CancelScope::name).containsExactly("GET /names/{id}");
		}
	}

	@Test
	void portOfItsOwnHasNoScopesAndTheMainPortHas() throws Exception {
		try (ConfigurableApplicationContext context = Server.TOMCAT.start(Desk.class, "management.server.port=0",
				"management.server.base-path=/admin", "management.endpoints.web.base-path=/names",
				"server.servlet.context-path=/shop")) {
			Watch watch = context.getBean(Watch.class);
			String port = context.getEnvironment().getProperty("local.management.port");

			assertThat(status(URI.create("http://localhost:" + port + "/admin/names/health"))).isEqualTo(200);

			assertThat(watch.opened()).isEmpty();
			assertThat(status(Server.uri(context, "/shop/names/7"))).isEqualTo(200);
			assertThat(watch.opened()).extracting(CancelScope::name).containsExactly("GET /names/{id}");
		}
	}

	@Test
	void propertyOfTheUsersReplacesTheActuatorsPaths() throws Exception {
		try (ConfigurableApplicationContext context = Server.TOMCAT.start(Desk.class,
				"cancel-scope.web.exclude=/names/**")) {
			Watch watch = context.getBean(Watch.class);

			assertThat(status(Server.uri(context, "/names/7"))).isEqualTo(200);
			assertThat(status(Server.uri(context, "/actuator/health"))).isEqualTo(200);

			assertThat(watch.opened()).hasSize(1);
		}
	}

	private static int status(URI uri) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
			.statusCode();
	}

}
