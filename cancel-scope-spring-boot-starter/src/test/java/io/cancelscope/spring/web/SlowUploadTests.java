package io.cancelscope.spring.web;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that send a body byte by byte, so that it would take an hour.
 */
@Timeout(120)
class SlowUploadTests {

	private static final int LENGTH = 200_000;

	@ParameterizedTest
	@EnumSource
	void readingEndsAtTheDeadline(Server server) throws Exception {
		try (ConfigurableApplicationContext context = server.start(Application.class, "cancel-scope.web.timeout=700ms",
				"cancel-scope.web.show-scopes=true")) {
			assertThat(drip(context, "/count")).startsWith("HTTP/1.1 504");
			assertThat(drip(context, "/text")).startsWith("HTTP/1.1 504");
		}
	}

	@ParameterizedTest
	@EnumSource
	void shieldGoesOnReading(Server server) throws Exception {
		try (ConfigurableApplicationContext context = server.start(Application.class,
				"cancel-scope.timeouts[POST /shielded]=100ms")) {
			assertThat(drip(context, "/shielded")).startsWith("HTTP/1.1 200");
		}
	}

	/** Sends one more byte whenever nothing was answered to those before. */
	private static String drip(ConfigurableApplicationContext context, String path) throws IOException {
		try (Socket socket = new Socket("localhost", Server.uri(context, path).getPort())) {
			socket.setSoTimeout(20);
			OutputStream out = socket.getOutputStream();
			out.write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
					+ LENGTH + "\r\n\r\n")
				.getBytes(StandardCharsets.US_ASCII));
			byte[] answer = new byte["HTTP/1.1 200".length()];
			int read = 0;
			for (int sent = 0; sent < LENGTH && read < answer.length; sent++) {
				try {
					int more = socket.getInputStream().read(answer, read, answer.length - read);
					assertThat(more).as("end of the connection").isNotNegative();
					read += more;
				}
				catch (SocketTimeoutException ex) {
					out.write('x');
				}
			}
			return new String(answer, 0, read, StandardCharsets.US_ASCII);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Application {

	}

	@RestController
	static class Endpoints {

		private final CancelScopes scopes;

		Endpoints(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@PostMapping("/count")
		int count(HttpServletRequest request) throws IOException {
			return request.getInputStream().readAllBytes().length;
		}

		@PostMapping("/text")
		int text(@RequestBody String text) {
			return text.length();
		}

		/** Reads some bytes more than come until the deadline. */
		@PostMapping("/shielded")
		int shielded(HttpServletRequest request) throws Exception {
			return this.scopes.call(ScopeOptions.named("shielded").shield(), (scope) -> {
				int count = 0;
				while (count < 20 && request.getInputStream().read() >= 0) {
					count++;
				}
				return count;
			});
		}

	}

}
