package io.cancelscope.spring.web;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.fixture.Talk;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import org.awaitility.Awaitility;
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
import org.springframework.core.env.Environment;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import org.springframework.web.socket.server.HandshakeInterceptor;
import org.springframework.web.socket.server.RequestUpgradeStrategy;
import org.springframework.web.socket.server.jetty.JettyRequestUpgradeStrategy;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;
import org.springframework.web.socket.server.standard.StandardWebSocketUpgradeStrategy;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The handshake of a WebSocket is a request with a budget, and its session is none.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource(Server.class)
class WebSocketTests {

	private static final CancelScope ROOT = CancelScope.current();

	private static final HttpClient client = HttpClient.newHttpClient();

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private Watch watch;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server,
				(server) -> server.start(Application.class, "cancel-scope.web.timeout=300ms", "test.server=" + server));
		this.watch = this.context.getBean(Watch.class);
		this.watch.forget();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	/** It was begun before a request that has run out of time, and goes on. */
	@ParameterizedTest
	@ValueSource(strings = { "/spring", "/jakarta" })
	void sessionOutlivesTheBudgetOfItsHandshake(String path) throws Exception {
		try (Talk talk = Talk.begin(Server.port(this.context), path)) {
			assertThat(talk.next()).isEqualTo("opened in no scope");
			CancelScope handshake = this.watch.first();
			this.watch.allAreClosed();
			assertThat(statusOfOrdinaryRequest()).isEqualTo(504);

			talk.say("still here");

			assertThat(talk.next()).isEqualTo("still here in no scope");
			assertThat(handshake.isCancelled()).isFalse();
		}
		assertThat(this.watch.opened()).hasSize(2);
	}

	/**
	 * Limitation: a session of Jetty's own API, as Spring uses it, keeps its response.
	 */
	@Test
	void sessionKeepsNothingOfItsHandshake() throws Exception {
		try (Talk talk = Talk.begin(Server.port(this.context), "/jakarta")) {
			assertThat(talk.next()).isEqualTo("opened in no scope");
			WeakReference<CancelScope> handshake = new WeakReference<>(this.watch.first());
			this.watch.allAreClosed();
			this.watch.forget();
			// A container may keep its request for the next one on another connection.
			statusOfOrdinaryRequest();
			this.watch.forget();

			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
				System.gc();
				return handshake.get() == null;
			});

			talk.say("still here");
			assertThat(talk.next()).isEqualTo("still here in no scope");
		}
	}

	@Test
	void handshakeThatTakesTooLongIsAnswered504() {
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> Talk.begin(Server.port(this.context), "/slow"))
			.havingCause()
			.isInstanceOfSatisfying(WebSocketHandshakeException.class,
					(refused) -> assertThat(refused.getResponse().statusCode()).isEqualTo(504));

		assertThat(this.watch.first().isCancelled()).isTrue();
		this.watch.allAreClosed();
	}

	private int statusOfOrdinaryRequest() throws IOException, InterruptedException {
		return client
			.send(HttpRequest.newBuilder(Server.uri(this.context, "/service")).build(),
					HttpResponse.BodyHandlers.discarding())
			.statusCode();
	}

	private static String inScope(String text) {
		return text + ((CancelScope.current() == ROOT) ? " in no scope" : " in " + CancelScope.current());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableWebSocket
	static class Application implements WebSocketConfigurer {

		private final Server server;

		Application(Environment environment) {
			this.server = environment.getRequiredProperty("test.server", Server.class);
		}

		@Override
		public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
			registry.addHandler(new Echo(), "/spring").setHandshakeHandler(handshake());
			registry.addHandler(new Echo(), "/slow").setHandshakeHandler(handshake()).addInterceptors(new Slow());
		}

		/** Spring would go by the class path, which has both servers here. */
		private DefaultHandshakeHandler handshake() {
			RequestUpgradeStrategy strategy = (this.server == Server.JETTY) ? new JettyRequestUpgradeStrategy()
					: new StandardWebSocketUpgradeStrategy();
			return new DefaultHandshakeHandler(strategy);
		}

		@Bean
		Watch watch() {
			return new Watch();
		}

		@Bean
		ServerEndpointExporter endpoints() {
			ServerEndpointExporter exporter = new ServerEndpointExporter();
			exporter.setAnnotatedEndpointClasses(JakartaEcho.class);
			return exporter;
		}

		@Bean
		ServletRegistrationBean<HttpServlet> service() {
			return new ServletRegistrationBean<>(new Service(), "/service");
		}

	}

	private static final class Echo extends TextWebSocketHandler {

		@Override
		public void afterConnectionEstablished(WebSocketSession session) throws IOException {
			session.sendMessage(new TextMessage(inScope("opened")));
		}

		@Override
		protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
			session.sendMessage(new TextMessage(inScope(message.getPayload())));
		}

	}

	@ServerEndpoint("/jakarta")
	public static class JakartaEcho {

		@OnOpen
		public void open(Session session) throws IOException {
			session.getBasicRemote().sendText(inScope("opened"));
		}

		@OnMessage
		public String hear(String text) {
			return inScope(text);
		}

	}

	private static final class Slow implements HandshakeInterceptor {

		@Override
		public boolean beforeHandshake(ServerHttpRequest request, ServerHttpResponse response, WebSocketHandler handler,
				Map<String, Object> attributes) {
			Endless.work();
			return true;
		}

		@Override
		public void afterHandshake(ServerHttpRequest request, ServerHttpResponse response, WebSocketHandler handler,
				Exception exception) {
		}

	}

	@SuppressWarnings("serial")
	private static final class Service extends HttpServlet {

		@Override
		protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
			Endless.work();
			response.getOutputStream().print("not stopped");
		}

	}

}
