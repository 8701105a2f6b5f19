package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reactor Netty closes the connection of a cancelled operation on whichever thread
 * cancels it. On another one than the event loop, the connection may belong to somebody
 * else by then:
 *
 * <pre>
 * canceller:   operation has a connection ............................. closes it
 * event loop:                              answer ends, another call has it
 * </pre>
 *
 * {@link BystanderTests} sees the harm; here it is seen which thread closes.
 */
@Timeout(60)
class ReactorNettyTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final Logger logger = (Logger) LoggerFactory.getLogger(ChannelOperations.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>() {

		@Override
		protected void append(ILoggingEvent event) {
			event.getThreadName(); // while it is on that thread
			super.append(event);
		}

	};

	private final ConnectionProvider pool = ConnectionProvider.create("one", 1);

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
		this.log.start();
		this.logger.addAppender(this.log);
		this.logger.setLevel(Level.TRACE);
		this.logger.setAdditive(false);
	}

	@AfterEach
	void close() throws IOException {
		this.logger.setAdditive(true);
		this.logger.setLevel(null);
		this.logger.detachAppender(this.log);
		this.peer.close();
		this.pool.dispose();
	}

	enum Door {

		REST_CLIENT {
			@Override
			Rush.Call client(ConnectionProvider pool) {
				RestClient http = RestClient.builder()
					.requestFactory(new ScopedRequestFactoryCustomizer()
						.customize(ClientHttpRequestFactoryBuilder.reactor()
							.withHttpClientFactory(() -> HttpClient.create(pool)))
						.build())
					.build();
				return (url) -> http.get().uri(url).retrieve().body(String.class);
			}
		},

		WEB_CLIENT {
			@Override
			Rush.Call client(ConnectionProvider pool) {
				WebClient.Builder builder = WebClient.builder()
					.clientConnector(new ReactorClientHttpConnector(HttpClient.create(pool)));
				new ScopedWebClientCustomizer().customize(builder);
				WebClient http = builder.build();
				return (url) -> http.get().uri(url).retrieve().bodyToMono(String.class).block();
			}
		};

		abstract Rush.Call client(ConnectionProvider pool);

	}

	@ParameterizedTest
	@EnumSource
	void connectionIsClosedOnItsEventLoop(Door door) throws Exception {
		Rush.Call client = door.client(this.pool);

		stop(client, Peer.SILENT);

		assertThat(disposals()).isNotEmpty()
			.allSatisfy((event) -> assertThat(event.getThreadName()).startsWith("reactor-http-"));
	}

	@ParameterizedTest
	@EnumSource
	void connectionWhoseAnswerIsReadIsClosedOnItsEventLoop(Door door) throws Exception {
		Rush.Call client = door.client(this.pool);

		stop(client, Peer.DRIP);

		assertThat(disposals()).allSatisfy((event) -> assertThat(event.getThreadName()).startsWith("reactor-http-"));
	}

	/** The pool has one connection, and somebody else's call has it. */
	@ParameterizedTest
	@EnumSource
	void callThatWaitsForThePoolIsStoppedAndLeavesTheConnectionAlone(Door door) throws Exception {
		Rush.Call client = door.client(this.pool);
		FutureTask<String> other = Worker.PLATFORM.call(() -> client.call(this.peer.url(Peer.HELD)));
		this.peer.awaitRequest();
		CountDownLatch calling = new CountDownLatch(1);
		AtomicReference<CancelScope> quote = new AtomicReference<>();

		FutureTask<String> call = Worker.PLATFORM.call(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> {
			quote.set(scope);
			calling.countDown();
			return client.call(this.peer.url(Peer.LENGTH));
		}));
		assertThat(calling.await(20, TimeUnit.SECONDS)).isTrue();
		quote.get().cancel();

		assertThat(ScopeCancelledException.findIn(Worker.failure(call))).isNotNull();
		this.peer.listen();
		assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo("fine");
		assertThat(client.call(this.peer.url(Peer.LENGTH))).isEqualTo("fine");
	}

	private void stop(Rush.Call client, String path) throws Exception {
		AtomicReference<CancelScope> quote = new AtomicReference<>();
		FutureTask<String> call = Worker.PLATFORM.call(() -> this.scopes.call(ScopeOptions.named("quote"), (scope) -> {
			quote.set(scope);
			return client.call(this.peer.url(path));
		}));
		this.peer.awaitRequest();
		if (path.equals(Peer.DRIP)) {
			this.peer.awaitDrip();
		}
		quote.get().cancel();
		assertThat(ScopeCancelledException.findIn(Worker.failure(call))).isNotNull();
		this.peer.awaitAbandoned(path);
	}

	/** Reactor Netty says at TRACE where it disposes of an operation. */
	private List<ILoggingEvent> disposals() {
		return List.copyOf(this.log.list)
			.stream()
			.filter((event) -> event.getThrowableProxy() != null
					&& event.getThrowableProxy().getMessage().contains("dispose stack"))
			.toList();
	}

}
