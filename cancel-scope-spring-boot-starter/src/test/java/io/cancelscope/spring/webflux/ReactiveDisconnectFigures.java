package io.cancelscope.spring.webflux;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.CancelScope;
import io.cancelscope.spring.fixture.Spread;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Prints how long after the end of a connection Reactor Netty's request is cancelled: the
 * figures in {@code docs/reference/web.md}. Not among the tests that always run.
 */
class ReactiveDisconnectFigures {

	private static final int TIMES = 20;

	private static final int WARM_UP = 5;

	@ParameterizedTest
	@ValueSource(strings = { "/hanging", "/blocking", "/endless" })
	void netty(String path) throws Exception {
		Spread spread = new Spread();
		try (ConfigurableApplicationContext context = ReactiveRequestTests.newContext()) {
			for (int i = 0; i < WARM_UP + TIMES; i++) {
				long nanos = measure(context, path);
				if (i >= WARM_UP) {
					spread.add(nanos);
				}
			}
		}
		System.out.println("Reactor Netty, HTTP/1.1, GET " + path + ", " + spread);
	}

	private static long measure(ConfigurableApplicationContext context, String path) throws Exception {
		ReactiveRequestTests.Watch watch = context.getBean(ReactiveRequestTests.Watch.class);
		watch.opened.clear();
		watch.closed.clear();
		CompletableFuture<Long> cancelled = new CompletableFuture<>();
		long gone;
		Socket socket = request(context, path);
		try (socket) {
			CancelScope scope = watch.first();
			scope.onCancel((reason) -> cancelled.complete(System.nanoTime()));
			gone = System.nanoTime();
		}
		long noticed = cancelled.get(10, TimeUnit.SECONDS);
		assertThat(watch.reason().kind()).isEqualTo(Kind.DISCONNECTED);
		watch.allAreClosed();
		return noticed - gone;
	}

	private static Socket request(ConfigurableApplicationContext context, String path) throws IOException {
		Socket socket = new Socket("localhost", ((WebServerApplicationContext) context).getWebServer().getPort());
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

}
