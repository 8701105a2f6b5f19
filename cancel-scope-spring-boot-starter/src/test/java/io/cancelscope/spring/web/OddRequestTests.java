package io.cancelscope.spring.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.jayway.jsonpath.JsonPath;
import io.cancelscope.spring.webflux.HangingApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests of strangers that the answer could fail for.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class OddRequestTests {

	private static final String[] PROPERTIES = { "cancel-scope.web.timeout=300ms" };

	/** Jetty refuses paths that begin with two slashes. */
	@ParameterizedTest
	@EnumSource
	void pathIsNoReferenceToAnotherHost(Server server, CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = server.start(Application.class, PROPERTIES)) {
			int port = Server.port(context);
			isProblemDetail(get(port, "/a:b", "application/json"), "/a:b");
			if (server == Server.TOMCAT) {
				isProblemDetail(get(port, "//", "application/json"), "/");
				isProblemDetail(get(port, "//evil.example/x", "application/json"), "/evil.example/x");
			}
		}
		assertThat(output).doesNotContain("\tat ", "ExceptionResolver");
	}

	@ParameterizedTest
	@EnumSource
	void formatsThatAreTooManyToBeSortedAreNoFailure(Server server) throws Exception {
		try (ConfigurableApplicationContext context = server.start(Application.class, PROPERTIES)) {
			isProblemDetail(get(Server.port(context), "/x", many()), "/x");
		}
	}

	@Test
	void reactiveAnswerDoesNotFailEither(CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = HangingApplication.start(PROPERTIES)) {
			int port = Server.port(context);
			isProblemDetail(get(port, "//", many()), "/");
			isProblemDetail(get(port, "//evil.example/x", many()), "/evil.example/x");
			isProblemDetail(get(port, "/x", many()), "/x");
		}
		assertThat(output).doesNotContain("\tat ", "ERROR");
	}

	private static void isProblemDetail(HttpResponse<String> response, String instance) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(JsonPath.<String>read(response.body(), "$.instance")).isEqualTo(instance);
		assertThat(JsonPath.<String>read(response.body(), "$.kind")).isEqualTo("DEADLINE");
	}

	private static String many() {
		return IntStream.range(0, 60).mapToObj((i) -> "a/b" + i).collect(Collectors.joining(","));
	}

	private static HttpResponse<String> get(int port, String path, String accept) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.version(HttpClient.Version.HTTP_1_1)
			.timeout(Duration.ofSeconds(30))
			.header("Accept", accept)
			.build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Application {

	}

	@RestController
	static class Endpoints {

		@GetMapping("/**")
		void blocking() {
			Desk.waitUntilCancelled();
		}

	}

}
