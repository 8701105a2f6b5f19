package io.cancelscope.spring.web;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.spring.fixture.Spread;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Prints how long after a client has given up its HTTP/2 stream the asynchronous request
 * is cancelled: the figures in {@code docs/reference/web.md}. Not among the tests that
 * always run.
 */
class ServletDisconnectFigures {

	private static final String PATH = "/plain/async";

	private static final int TIMES = 20;

	private static final int WARM_UP = 5;

	@ParameterizedTest
	@EnumSource(Server.class)
	void http2(Server server) throws Exception {
		Spread spread = new Spread();
		try (ConfigurableApplicationContext context = server.start(Desk.class)) {
			for (int i = 0; i < WARM_UP + TIMES; i++) {
				long nanos = measure(context);
				if (i >= WARM_UP) {
					spread.add(nanos);
				}
			}
		}
		System.out.println(server + ", HTTP/2, GET " + PATH + ", " + spread);
	}

	private static long measure(ConfigurableApplicationContext context) throws Exception {
		Watch watch = context.getBean(Watch.class);
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		// The first request is an upgrade, the second one is a stream of its own.
		client.send(get(context, "/names/7"), BodyHandlers.ofString());
		watch.allAreClosed();
		watch.forget();
		CompletableFuture<?> response = client.sendAsync(get(context, PATH), BodyHandlers.ofString());
		CompletableFuture<Long> cancelled = new CompletableFuture<>();
		watch.first().onCancel((reason) -> cancelled.complete(System.nanoTime()));
		context.getBean(Desk.Asynchronous.class).await(PATH);
		long gone = System.nanoTime();
		response.cancel(true);
		long noticed = cancelled.get(10, TimeUnit.SECONDS);
		assertThat(watch.reason().kind()).isEqualTo(Kind.DISCONNECTED);
		watch.allAreClosed();
		return noticed - gone;
	}

	private static HttpRequest get(ConfigurableApplicationContext context, String path) {
		return HttpRequest.newBuilder(Server.uri(context, path)).build();
	}

}
