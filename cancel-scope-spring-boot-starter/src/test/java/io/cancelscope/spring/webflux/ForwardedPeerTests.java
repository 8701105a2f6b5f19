package io.cancelscope.spring.webflux;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

import io.cancelscope.CancelScope;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a caller is a proxy depends on the other end of its connection, and on nothing
 * that it says about itself, on each server that WebFlux runs on.
 */
@ParameterizedClass
@EnumSource
class ForwardedPeerTests {

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Parameter
	private Server server;

	@ParameterizedTest
	@ValueSource(strings = { "none", "native", "framework" })
	void strangerThatClaimsToBeAProxyIsNotBelieved(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = this.server.start(strategy, "198.51.100.7")) {
			String answer = get(context, "198.51.100.7");

			assertThat(answer).isEqualTo(seen(strategy, "198.51.100.7") + " false");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "none", "native", "framework" })
	void proxyIsBelievedWhoeverItSpeaksFor(String strategy) throws Exception {
		try (ConfigurableApplicationContext context = this.server.start(strategy, "127.0.0.0/8, ::1")) {
			String answer = get(context, "203.0.113.9");

			assertThat(answer).isEqualTo(seen(strategy, "203.0.113.9") + " true");
		}
	}

	/** So that the test would notice if nothing was forwarded at all. */
	private static String seen(String strategy, String claimed) {
		return strategy.equals("none") ? "127.0.0.1" : claimed;
	}

	private static String get(ConfigurableApplicationContext context, String claimed) throws Exception {
		int port = Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer()).getPort();
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/who"))
			.header("X-Forwarded-For", claimed)
			.header("grpc-timeout", "60S")
			.build();
		return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	enum Server {

		NETTY("org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration"),

		TOMCAT("org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration"),

		JETTY("org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration");

		private final String configuration;

		Server(String configuration) {
			this.configuration = configuration;
		}

		ConfigurableApplicationContext start(String strategy, String proxies) {
			String others = Arrays.stream(values())
				.filter((server) -> server != this)
				.map((server) -> server.configuration)
				.collect(Collectors.joining(","));
			return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
				.properties("server.port=0", "server.address=127.0.0.1", "spring.autoconfigure.exclude=" + others,
						"server.forward-headers-strategy=" + strategy, "cancel-scope.web.trust-headers=from-proxies",
						"cancel-scope.web.trusted-proxies=" + proxies)
				.run("--spring.main.web-application-type=reactive");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Application.Endpoint.class)
	static class Application {

		@RestController
		static class Endpoint {

			@GetMapping("/who")
			String who(ServerHttpRequest request) {
				return Objects.requireNonNull(request.getRemoteAddress()).getHostString() + " "
						+ CancelScope.current().remaining().isPresent();
			}

		}

	}

}
