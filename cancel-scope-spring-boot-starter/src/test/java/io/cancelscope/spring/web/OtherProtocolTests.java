package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is no request of HTTP's own kind is left alone: it has no scope, and nothing is
 * written into it.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource(Server.class)
class OtherProtocolTests {

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private Watch watch;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server, (server) -> server.start(Application.class));
		this.watch = this.context.getBean(Watch.class);
		this.watch.forget();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/grpc", "application/grpc+proto", "Application/gRPC-web" })
	void grpcIsLeftAlone(String type) throws IOException {
		String answer = send("POST", "Content-Type: " + type, "grpc-timeout: 10m");

		assertThat(answer).startsWith("HTTP/1.1 200").endsWith("raw request");
		assertThat(this.watch.opened()).isEmpty();
	}

	@Test
	void upgradeIsLeftAlone() throws IOException {
		String answer = send("GET", "Connection: keep-alive, Upgrade", "Upgrade: websocket");

		assertThat(answer).startsWith("HTTP/1.1 200").endsWith("raw request");
		assertThat(this.watch.opened()).isEmpty();
	}

	@Test
	void otherRequestsHaveScopes() throws IOException {
		assertThat(send("POST", "Content-Type: application/json")).startsWith("HTTP/1.1 200");
		assertThat(send("GET", "Content-Type: application/grpc")).startsWith("HTTP/1.1 200");

		assertThat(this.watch.opened()).hasSize(2);
	}

	private String send(String method, String... headers) throws IOException {
		try (Socket socket = new Socket("localhost", Server.port(this.context))) {
			String request = method + " /service HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
					+ String.join("\r\n", headers) + "\r\n\r\n";
			socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
			byte[] answer = new byte[4096];
			int length = 0;
			while (!new String(answer, 0, length, StandardCharsets.US_ASCII).endsWith(" request")) {
				int more = socket.getInputStream().read(answer, length, answer.length - length);
				if (more < 0) {
					break;
				}
				length += more;
			}
			return new String(answer, 0, length, StandardCharsets.US_ASCII);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Watch watch() {
			return new Watch();
		}

		@Bean
		ServletRegistrationBean<HttpServlet> service() {
			ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(new Service(),
					"/service");
			registration.setAsyncSupported(true);
			return registration;
		}

	}

	/**
	 * Answers after a while, asynchronously, as gRPC does; and says what it was given.
	 */
	@SuppressWarnings("serial")
	static class Service extends HttpServlet {

		@Override
		protected void service(HttpServletRequest request, HttpServletResponse response) {
			String kind = (request instanceof GatedRequest) ? "scoped" : "raw";
			AsyncContext context = request.startAsync();
			context.setTimeout(10_000);
			new Thread(() -> answer(context, kind + " request")).start();
		}

		private static void answer(AsyncContext context, String text) {
			try {
				HttpServletResponse response = (HttpServletResponse) context.getResponse();
				response.setContentLength(text.length());
				response.getOutputStream().print(text);
				context.complete();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
