package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.EnumMap;
import java.util.Map;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Filters that catch whatever comes, and answer as if it were a failure of theirs. What
 * they answer on purpose stays.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource(Server.class)
class MistakenFilterTests {

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server,
				(server) -> server.start(Gate.class, "cancel-scope.web.timeout=300ms"));
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "error", "text", "status", "written", "redirect", "twice", "swallowed" })
	void failureOfAFilterIsNotWhatItWas(String how) throws Exception {
		HttpResponse<String> response = Lobby.get(this.context, "/gate?how=" + how, null);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(response.headers().map()).doesNotContainKeys("location", "www-authenticate");
		assertThat(response.body()).startsWith("{").endsWith("}").doesNotContain("denied");
	}

	@ParameterizedTest
	@CsvSource({ "busy, 503", "value, 200", "unmodified, 304", "unaware, 403", "unhurried, 403", "behind, 409" })
	void answerThatIsMeantStays(String how, int status) throws Exception {
		HttpResponse<String> response = Lobby.get(this.context, "/gate?how=" + how, null);

		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		assertThat(response.body()).doesNotContain("kind");
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Lobby.class, Endpoint.class })
	static class Gate {

		@Bean
		FilterRegistrationBean<Filter> filter() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response,
					chain) -> filter((HttpServletRequest) request, (HttpServletResponse) response, chain));
			registration.setDispatcherTypes(DispatcherType.REQUEST);
			registration.setOrder(1);
			return registration;
		}

		private static void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws IOException, ServletException {
			String how = request.getParameter("how");
			if (how == null || how.equals("behind")) {
				chain.doFilter(request, response);
				return;
			}
			switch (how) {
				// Does not know that the time is up.
				case "unaware" -> {
					Awaitility.await().until(CancelScope.current()::isCancelled);
					response.sendError(403);
				}
				case "unhurried" -> response.sendError(403);
				default -> {
					try {
						Desk.waitUntilCancelled();
					}
					catch (ScopeCancelledException ex) {
						answer(how, response);
					}
				}
			}
		}

		private static void answer(String how, HttpServletResponse response) throws IOException {
			switch (how) {
				case "error" -> response.sendError(500);
				case "text" -> response.sendError(401, "denied");
				case "status" -> {
					response.setHeader("WWW-Authenticate", "Basic");
					response.setStatus(401);
				}
				case "written" -> {
					response.setStatus(401);
					response.getWriter().write("denied");
					response.flushBuffer();
				}
				case "redirect" -> response.sendRedirect("/denied");
				case "twice" -> {
					try {
						response.sendError(401);
					}
					catch (RuntimeException ex) {
						response.sendError(500);
					}
				}
				case "swallowed" -> {
					try {
						response.sendError(401);
					}
					catch (RuntimeException ex) {
						// So that nobody answers.
					}
				}
				case "busy" -> {
					response.setStatus(503);
					response.getWriter().write("busy");
				}
				case "value" -> response.getWriter().write("late");
				case "unmodified" -> response.setStatus(304);
				default -> throw new IllegalArgumentException(how);
			}
		}

	}

	@RestController
	static class Endpoint {

		@GetMapping("/gate")
		void gate(HttpServletResponse response) throws IOException {
			try {
				Desk.waitUntilCancelled();
			}
			catch (ScopeCancelledException ex) {
				response.sendError(409);
			}
		}

	}

}
