package io.cancelscope.spring.webflux;

import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.fixture.RawRequest;
import io.cancelscope.spring.fixture.Talk;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import org.springframework.web.reactive.socket.server.upgrade.StandardWebSocketUpgradeStrategy;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The handshake of a WebSocket is a request with a budget, and its session is none,
 * although that takes place inside the chain of filters.
 */
@Timeout(120)
@ParameterizedClass
@EnumSource(ReactiveWebSocketTests.Server.class)
class ReactiveWebSocketTests {

	/** -Dcancel-scope.test.handshakes=10000 takes longer. */
	private static final int HANDSHAKES = Integer.getInteger("cancel-scope.test.handshakes", 30);

	/** The budget of a raced handshake, as a property below says, in milliseconds. */
	private static final int RACED = 20;

	private static final CancelScope ROOT = CancelScope.current();

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private ReactiveRequestTests.Watch watch;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server, Server::start);
		this.watch = this.context.getBean(ReactiveRequestTests.Watch.class);
		this.watch.opened.clear();
		this.watch.closed.clear();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	/** It was begun before a request that has run out of time, and goes on. */
	@Test
	void sessionOutlivesTheBudgetOfItsHandshake() throws Exception {
		try (Talk talk = Talk.begin(port(), "/echo")) {
			assertThat(talk.next()).isEqualTo("opened in no scope");
			CancelScope handshake = this.watch.first();
			this.watch.allAreClosed();
			assertThat(statusOfOrdinaryRequest()).contains(" 504 ");

			talk.say("still here");

			assertThat(talk.next()).isEqualTo("still here, no deadline");
			assertThat(handshake.isCancelled()).isFalse();
		}
		assertThat(this.watch.opened).hasSize(2);
	}

	/** Its exception is not taken for one of the request, which is over. */
	@Test
	void sessionThatFailsEnds() throws Exception {
		try (Talk talk = Talk.begin(port(), "/echo")) {
			assertThat(talk.next()).isEqualTo("opened in no scope");

			talk.say("fail");

			assertThat(talk.next()).isEqualTo(Talk.ENDED);
		}
		this.watch.allAreClosed();
		assertThat(this.watch.first().isCancelled()).isFalse();
	}

	@Test
	void handshakeThatTakesTooLongIsAnswered504() {
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> Talk.begin(port(), "/slow"))
			.havingCause()
			.isInstanceOfSatisfying(WebSocketHandshakeException.class,
					(refused) -> assertThat(refused.getResponse().statusCode()).isEqualTo(504));

		assertThat(this.watch.first().isCancelled()).isTrue();
		this.watch.allAreClosed();
	}

	/** Race: the handshake is accepted at the deadline. */
	@Test
	void handshakeAtTheDeadlineIsRefusedOrItsSessionLives() throws Exception {
		int sessions = 0;
		for (int handshake = 0; handshake < HANDSHAKES; handshake++) {
			try (Talk talk = Talk.begin(port(), "/raced")) {
				assertThat(talk.next()).isEqualTo("opened in no scope");
				sessions++;
				if (sessions % 10 == 1) {
					// The deadline has passed by then.
					assertThat(statusOfOrdinaryRequest()).contains(" 504 ");
				}
				talk.say("still here");
				assertThat(talk.next()).isEqualTo("still here, no deadline");
			}
			catch (CompletionException ex) {
				assertRefused(ex.getCause());
			}
		}
		this.watch.allAreClosed();
	}

	private static void assertRefused(Throwable refusal) {
		if (refusal instanceof WebSocketHandshakeException answered) {
			assertThat(answered.getResponse().statusCode()).isEqualTo(504);
		}
		else {
			assertThat(refusal).isInstanceOf(IOException.class);
		}
	}

	private String statusOfOrdinaryRequest() throws IOException {
		try (RawRequest request = RawRequest.send(port(), "GET", "/never", new byte[0], "Connection: Upgrade",
				"Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")) {
			return request.status();
		}
	}

	private int port() {
		return Objects.requireNonNull(((WebServerApplicationContext) this.context).getWebServer()).getPort();
	}

	enum Server {

		NETTY("org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration"),

		TOMCAT("org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration");

		private final String configuration;

		Server(String configuration) {
			this.configuration = configuration;
		}

		ConfigurableApplicationContext start() {
			String others = Arrays.stream(values())
				.filter((server) -> server != this)
				.map((server) -> server.configuration)
				.collect(Collectors.joining(","));
			return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
				.properties("server.port=0", "cancel-scope.web.timeout=300ms",
						"cancel-scope.timeouts[GET /raced/**]=" + RACED + "ms", "test.server=" + this,
						"spring.autoconfigure.exclude=" + others
								+ ",org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration")
				.run("--spring.main.web-application-type=reactive");
		}

		RequestUpgradeStrategy strategy() {
			return (this == NETTY) ? new ReactorNettyRequestUpgradeStrategy() : new StandardWebSocketUpgradeStrategy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Application.Endpoint.class)
	static class Application {

		@Bean
		ReactiveRequestTests.Watch watch() {
			return new ReactiveRequestTests.Watch();
		}

		@Bean
		HandlerMapping sockets() {
			return new SimpleUrlHandlerMapping(Map.of("/echo", new Echo(), "/slow", new Echo(), "/raced", new Echo()),
					-1);
		}

		/** Spring would go by the class path, which has all servers here. */
		@Bean
		WebSocketHandlerAdapter socketAdapter(Environment environment) {
			WebSocketService service = new HandshakeWebSocketService(
					environment.getRequiredProperty("test.server", Server.class).strategy());
			return new WebSocketHandlerAdapter(service);
		}

		@Bean
		WebFilter slowFilter() {
			return (exchange, chain) -> switch (exchange.getRequest().getPath().value()) {
				case "/slow" -> Mono.never();
				case "/raced" -> Mono.delay(Duration.ofNanos(about(RACED))).then(chain.filter(exchange));
				default -> chain.filter(exchange);
			};
		}

		private static long about(int millis) {
			return millis * 1_000_000L + ThreadLocalRandom.current().nextLong(-8_000_000, 1_000_000);
		}

		@RestController
		static class Endpoint {

			@GetMapping("/never")
			Mono<String> never() {
				return Mono.never();
			}

		}

	}

	private static final class Echo implements WebSocketHandler {

		@Override
		public Mono<Void> handle(WebSocketSession session) {
			String opened = "opened" + ((CancelScope.current() == ROOT) ? " in no scope" : " inside");
			Flux<String> replies = session.receive().map(WebSocketMessage::getPayloadAsText).concatMap(this::reply);
			return session.send(Flux.just(opened).concatWith(replies).map(session::textMessage));
		}

		private Mono<String> reply(String text) {
			return Mono.deferContextual((context) -> {
				CancelScope scope = ScopeInContext.current(context);
				if (text.equals("fail")) {
					return Mono.error(new IllegalStateException("failed as told"));
				}
				boolean limited = scope.isCancelled() || scope.deadline().isPresent();
				return Mono.just(text + (limited ? ", with a deadline" : ", no deadline"));
			});
		}

	}

}
