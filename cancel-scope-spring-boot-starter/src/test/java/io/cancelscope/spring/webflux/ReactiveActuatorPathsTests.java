package io.cancelscope.spring.webflux;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.cancelscope.CancelScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests to the actuator have no scope, wherever it is.
 */
@Timeout(120)
class ReactiveActuatorPathsTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/management/health      | management.endpoints.web.base-path=/management
			/health                 | management.endpoints.web.base-path=/
			/shop/management/health | management.endpoints.web.base-path=/management;spring.webflux.base-path=/shop
			""")
	void actuatorHasNoScopes(String path, String properties) throws Exception {
		try (ConfigurableApplicationContext context = start(properties.split(";"))) {
			ReactiveRequestTests.Watch watch = context.getBean(ReactiveRequestTests.Watch.class);
			int port = ((WebServerApplicationContext) context).getWebServer().getPort();

			assertThat(status(port, path)).isEqualTo(200);

			assertThat(watch.opened).isEmpty();
			assertThat(status(port, (path.startsWith("/shop") ? "/shop" : "") + "/names/7")).isEqualTo(200);
			assertThat(watch.opened).extracting(CancelScope::name).containsExactly("GET /names/{id}");
		}
	}

	@Test
	void portOfItsOwnHasNoScopesAndTheMainPortHas() throws Exception {
		try (ConfigurableApplicationContext context = start("management.server.port=0",
				"management.server.base-path=/admin", "management.endpoints.web.base-path=/names",
				"spring.webflux.base-path=/shop")) {
			ReactiveRequestTests.Watch watch = context.getBean(ReactiveRequestTests.Watch.class);
			int port = ((WebServerApplicationContext) context).getWebServer().getPort();
			Integer management = context.getEnvironment().getProperty("local.management.port", Integer.class);

			assertThat(management).isNotNull();
			assertThat(status(management, "/admin/names/health")).isEqualTo(200);

			assertThat(watch.opened).isEmpty();
			assertThat(status(port, "/shop/names/7")).isEqualTo(200);
			assertThat(watch.opened).extracting(CancelScope::name).containsExactly("GET /names/{id}");
		}
	}

	private static ConfigurableApplicationContext start(String... properties) {
		return ReactiveRequestTests.newContext(ReactiveRequestTests.Application.class, properties);
	}

	private static int status(int port, String path) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
					HttpResponse.BodyHandlers.discarding())
			.statusCode();
	}

}
