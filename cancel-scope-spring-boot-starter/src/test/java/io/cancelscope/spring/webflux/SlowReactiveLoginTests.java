package io.cancelscope.spring.webflux;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

import io.cancelscope.CancelScope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Users that can't be loaded in time have not given a wrong password.
 */
@Timeout(120)
class SlowReactiveLoginTests {

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		context = ReactiveRequestTests.newContext(Office.class, "cancel-scope.web.timeout=1s");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "slow", "blocking" })
	void authenticationThatTakesTooLongIsAGatewayTimeout(String user) throws Exception {
		HttpResponse<String> response = get(user, "secret");

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
	}

	@Test
	void wrongPasswordIsOne() throws Exception {
		assertThat(get("known", "wrong").statusCode()).isEqualTo(401);
	}

	private static HttpResponse<String> get(String user, String password) throws Exception {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();
		String credentials = Base64.getEncoder()
			.encodeToString((user + ":" + password).getBytes(StandardCharsets.US_ASCII));
		return client.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/welcome"))
			.timeout(Duration.ofSeconds(60))
			.header("Authorization", "Basic " + credentials)
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableWebFluxSecurity
	@Import(Endpoints.class)
	static class Office {

		@Bean
		ReactiveUserDetailsService users() {
			return (name) -> switch (name) {
				case "slow" -> Mono.never();
				case "blocking" -> Mono.fromCallable(() -> user(CancelScope.current(), name));
				default -> Mono.just(user(name));
			};
		}

		private static UserDetails user(CancelScope scope, String name) throws InterruptedException {
			scope.sleep(scope.remaining().orElseThrow().plusSeconds(1));
			return user(name);
		}

		private static UserDetails user(String name) {
			return User.withUsername(name).password("{noop}secret").roles("USER").build();
		}

	}

	@RestController
	static class Endpoints {

		@GetMapping("/welcome")
		String welcome() {
			return "welcome";
		}

	}

}
