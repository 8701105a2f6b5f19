package io.cancelscope.spring.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.fixture.RawRequest;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.servlet.jakarta.GrpcServlet;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call that a gRPC servlet answers has deadlines of its own, so it is left alone. The
 * servlet decides that, and not the caller, who can write what he likes into a header.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource(Server.class)
class OtherProtocolTests {

	private static final byte[] NOTHING = {};

	/** A frame of gRPC: not compressed, a length, and the message. */
	private static final byte[] MESSAGE = { 0, 0, 0, 0, 3, 'A', 'd', 'a' };

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private Watch watch;

	private Greetings greetings;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server,
				(server) -> server.start(Application.class, "cancel-scope.web.timeout=300ms"));
		this.watch = this.context.getBean(Watch.class);
		this.watch.forget();
		this.greetings = this.context.getBean(Greetings.class).again();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	/** It was begun before a request that has run out of time, and goes on. */
	@ParameterizedTest
	@CsvSource({ "/Greetings/greet, application/grpc", "/Greetings/greet, application/grpc+proto",
			"/OwnGreetings/greet, application/grpc" })
	void callOfAGrpcServletHasNoScope(String path, String type) throws Exception {
		try (RawRequest call = send("POST", path, MESSAGE, "Content-Type: " + type, "TE: trailers",
				"Connection: close")) {
			this.greetings.await();
			assertThat(answer("GET", "/service", NOTHING)).startsWith("HTTP/1.1 504");
			this.greetings.answer();

			assertThat(call.answer()).startsWith("HTTP/1.1 200")
				.contains("application/grpc", "Hello, Ada")
				.containsPattern("(?i)grpc-status: *0");
		}
		assertThat(this.greetings.scope()).isSameAs(CancelScope.current());
		assertThat(this.watch.opened()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/grpc", "application/grpc+proto", "Application/gRPC-web" })
	void contentTypeAloneLeavesNothingAlone(String type) throws IOException {
		assertThat(answer("POST", "/service", NOTHING, "Content-Type: " + type, "grpc-timeout: 10m"))
			.startsWith("HTTP/1.1 504");

		assertThat(this.watch.opened()).hasSize(1);
	}

	@Test
	void whatIsNoCallOfGrpcHasAScopeAlsoThere() throws IOException {
		assertThat(answer("GET", "/Greetings/greet", NOTHING, "Content-Type: application/grpc"))
			.doesNotStartWith("HTTP/1.1 200");

		assertThat(this.watch.opened()).hasSize(1);
	}

	@Test
	void handshakeWithNoWebSocketBehindItIsAnOrdinaryRequest() throws IOException {
		assertThat(answer("GET", "/service", NOTHING, "Connection: Upgrade", "Upgrade: websocket",
				"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
			.startsWith("HTTP/1.1 504");

		assertThat(this.watch.opened()).hasSize(1);
	}

	private String answer(String method, String path, byte[] body, String... headers) throws IOException {
		try (RawRequest request = send(method, path, body, headers)) {
			return request.status();
		}
	}

	private RawRequest send(String method, String path, byte[] body, String... headers) throws IOException {
		return RawRequest.send(Server.port(this.context), method, path, body, headers);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Watch watch() {
			return new Watch();
		}

		@Bean
		Greetings greetings() {
			return new Greetings();
		}

		@Bean
		ServletRegistrationBean<HttpServlet> service() {
			return new ServletRegistrationBean<>(new Service(), "/service");
		}

		@Bean
		ServletRegistrationBean<GrpcServlet> grpc(Greetings greetings) {
			return new ServletRegistrationBean<>(new GrpcServlet(List.of(greetings.named("Greetings"))),
					"/Greetings/*");
		}

		@Bean
		ServletRegistrationBean<OwnGrpcServlet> ownGrpc(Greetings greetings) {
			return new ServletRegistrationBean<>(new OwnGrpcServlet(List.of(greetings.named("OwnGreetings"))),
					"/OwnGreetings/*");
		}

	}

	@SuppressWarnings("serial")
	static class OwnGrpcServlet extends GrpcServlet {

		OwnGrpcServlet(List<? extends BindableService> services) {
			super(services);
		}

	}

	@SuppressWarnings("serial")
	static class Service extends HttpServlet {

		@Override
		protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
			Endless.work();
			response.getOutputStream().print("not stopped");
		}

	}

	/** A service of gRPC that answers when it is told to, without generated code. */
	static class Greetings {

		private volatile CountDownLatch called = new CountDownLatch(1);

		private volatile CountDownLatch answered = new CountDownLatch(1);

		private volatile CancelScope scope;

		Greetings again() {
			this.called = new CountDownLatch(1);
			this.answered = new CountDownLatch(1);
			return this;
		}

		void await() throws InterruptedException {
			assertThat(this.called.await(20, TimeUnit.SECONDS)).isTrue();
		}

		void answer() {
			this.answered.countDown();
		}

		CancelScope scope() {
			return this.scope;
		}

		BindableService named(String name) {
			MethodDescriptor<String, String> greet = MethodDescriptor.<String, String>newBuilder()
				.setType(MethodDescriptor.MethodType.UNARY)
				.setFullMethodName(MethodDescriptor.generateFullMethodName(name, "greet"))
				.setRequestMarshaller(new Text())
				.setResponseMarshaller(new Text())
				.build();
			ServerServiceDefinition service = ServerServiceDefinition.builder(name)
				.addMethod(greet, (call, headers) -> begin(call))
				.build();
			return () -> service;
		}

		private ServerCall.Listener<String> begin(ServerCall<String, String> call) {
			call.request(2);
			return new ServerCall.Listener<>() {

				private String name = "";

				@Override
				public void onMessage(String message) {
					this.name = message;
				}

				@Override
				public void onHalfClose() {
					greet(call, this.name);
				}

			};
		}

		private void greet(ServerCall<String, String> call, String name) {
			this.scope = CancelScope.current();
			this.called.countDown();
			try {
				assertThat(this.answered.await(20, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			call.sendHeaders(new Metadata());
			call.sendMessage("Hello, " + name);
			call.close(Status.OK, new Metadata());
		}

	}

	private static final class Text implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try (stream) {
				return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
