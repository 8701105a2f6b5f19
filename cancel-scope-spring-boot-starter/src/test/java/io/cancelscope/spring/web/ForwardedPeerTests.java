package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.cancelscope.CancelScope;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Whether a caller is a proxy depends on the other end of its connection, and on nothing
 * that it says about itself, whatever the application makes of forwarded headers. On each
 * server this also holds what {@code PeerAddress} supposes about its insides.
 */
@ParameterizedClass
@EnumSource(Server.class)
@ExtendWith(OutputCaptureExtension.class)
class ForwardedPeerTests {

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Parameter
	private Server server;

	@ParameterizedTest
	@ValueSource(strings = { "none", "native", "framework" })
	void strangerThatClaimsToBeAProxyIsNotBelieved(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = start(strategy, "198.51.100.7")) {
			String answer = get(context, "198.51.100.7");

			assertThat(answer).isEqualTo(seen(strategy, "198.51.100.7") + " false");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "native", "framework" })
	void proxyIsBelievedWhoeverItSpeaksFor(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = start(strategy, "127.0.0.0/8, ::1")) {
			String answer = get(context, "203.0.113.9");

			assertThat(answer).isEqualTo(seen(strategy, "203.0.113.9") + " true");
		}
	}

	@Test
	void headersAreNotReadUnlessAskedFor() throws Exception {
		try (ConfigurableApplicationContext context = this.server.start(Application.class,
				"server.address=127.0.0.1")) {
			String answer = get(context, "127.0.0.1");

			assertThat(answer).isEqualTo("127.0.0.1 false");
		}
	}

	@Test
	void wrongValueStopsTheStartUpWithWhatToWrite(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> this.server.start(Application.class, "cancel-scope.web.trust-headers=true"));

		assertThat(output).contains("Property cancel-scope.web.trust-headers with value 'true' is invalid")
			.contains("Give 'always' (trusts the headers of every caller), 'from-proxies'");
	}

	/** So that the test would notice if nothing was forwarded at all. */
	private static String seen(String strategy, String claimed) {
		return strategy.equals("none") ? "127.0.0.1" : claimed;
	}

	private ConfigurableApplicationContext start(String strategy, String proxies) {
		return this.server.start(Application.class, "server.forward-headers-strategy=" + strategy,
				"server.address=127.0.0.1", "cancel-scope.web.trust-headers=from-proxies",
				"cancel-scope.web.trusted-proxies=" + proxies);
	}

	private static String get(ConfigurableApplicationContext context, String claimed)
			throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + Server.port(context) + "/who"))
			.header("X-Forwarded-For", claimed)
			.header("grpc-timeout", "60S")
			.build();
		return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Application.Endpoint.class)
	static class Application {

		@RestController
		static class Endpoint {

			@GetMapping("/who")
			String who(HttpServletRequest request) {
				return request.getRemoteAddr() + " " + CancelScope.current().remaining().isPresent();
			}

		}

	}

}
