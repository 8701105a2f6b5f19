package io.cancelscope.spring.web;

import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

import jakarta.servlet.DispatcherType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Users that can't be loaded in time have not given a wrong password.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource(Server.class)
class SlowLoginTests {

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server,
				(server) -> server.start(Office.class, "cancel-scope.web.timeout=1s"));
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "application/json", Lobby.BROWSER })
	void basicAuthenticationThatTakesTooLongIsAGatewayTimeout(String accept) throws Exception {
		HttpResponse<String> response = send(basic("slow", "secret"), accept);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
		assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-store");
		assertThat(response.headers().firstValue("Content-Type").orElse(""))
			.startsWith(Lobby.BROWSER.equals(accept) ? "text/html" : "application/problem+json");
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = Lobby.BROWSER)
	void formLoginThatTakesTooLongIsAGatewayTimeout(String accept) throws Exception {
		HttpResponse<String> response = send(form("slow", "secret"), accept);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Location")).isEmpty();
		assertThat(response.body()).contains("The request exceeded its deadline");
	}

	@Test
	void wrongPasswordIsOne() throws Exception {
		assertThat(send(basic("known", "wrong"), null).statusCode()).isEqualTo(401);
		assertThat(send(form("known", "wrong"), Lobby.BROWSER).headers().firstValue("Location"))
			.hasValueSatisfying((location) -> assertThat(location).endsWith("/login?error"));
	}

	@Test
	void rightPasswordIsOne() throws Exception {
		assertThat(send(basic("known", "secret"), null).body()).isEqualTo("welcome");
	}

	@Test
	void userWhoIsLoggedInGetsAPage() throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(Server.uri(this.context, "/slow"))
			.header("Authorization", authorization("known", "secret"));

		HttpResponse<String> response = send(request, Lobby.BROWSER);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
	}

	private HttpRequest.Builder basic(String user, String password) {
		return HttpRequest.newBuilder(Server.uri(this.context, "/welcome"))
			.header("Authorization", authorization(user, password));
	}

	private static String authorization(String user, String password) {
		return "Basic "
				+ Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.US_ASCII));
	}

	private HttpRequest.Builder form(String user, String password) {
		String form = "username=" + user + "&password=" + URLEncoder.encode(password, StandardCharsets.UTF_8);
		return HttpRequest.newBuilder(Server.uri(this.context, "/login"))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(form));
	}

	private static HttpResponse<String> send(HttpRequest.Builder request, String accept) throws Exception {
		if (accept != null) {
			request.header("Accept", accept);
		}
		return client.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	@Import({ Lobby.class, Endpoints.class })
	static class Office {

		/** As Spring Boot registers it. */
		@Bean
		DelegatingFilterProxyRegistrationBean securityFilter() {
			DelegatingFilterProxyRegistrationBean registration = new DelegatingFilterProxyRegistrationBean(
					"springSecurityFilterChain");
			registration.setOrder(-100);
			registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
			return registration;
		}

		@Bean
		SecurityFilterChain chain(HttpSecurity http) {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.formLogin(Customizer.withDefaults())
				.csrf((csrf) -> csrf.disable())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return (name) -> {
				if (name.equals("slow")) {
					Desk.waitUntilCancelled();
				}
				return User.withUsername(name).password("{noop}secret").roles("USER").build();
			};
		}

	}

	@RestController
	static class Endpoints {

		@GetMapping("/welcome")
		String welcome() {
			return "welcome";
		}

		@GetMapping("/slow")
		String slow() {
			Desk.waitUntilCancelled();
			return "never";
		}

	}

}
