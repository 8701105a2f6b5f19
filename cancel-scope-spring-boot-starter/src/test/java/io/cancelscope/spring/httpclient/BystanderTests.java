package io.cancelscope.spring.httpclient;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import feign.Feign;
import feign.RequestLine;
import feign.Retryer;
import feign.Target;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stopping calls harms no other call on the same pool, and costs the pool no connection.
 * Prints what happened; {@code -Dcancel-scope.bystanders=5000} makes it many calls.
 */
@Timeout(600)
class BystanderTests {

	private static final int COUNT = Integer.getInteger("cancel-scope.bystanders", 200);

	private static final int POOL = 6;

	private static final Map<Library, String> table = new EnumMap<>(Library.class);

	enum Library {

		JDK(() -> blocking(ClientHttpRequestFactoryBuilder.jdk())),

		JDK_BEAN(() -> {
			java.net.http.HttpClient http = new ScopedJdkClient(java.net.http.HttpClient.newHttpClient(), null);
			return (url) -> http
				.send(HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.noBody()).build(),
						BodyHandlers.ofString())
				.body();
		}),

		OK_HTTP(() -> {
			OkHttpClient http = new OkHttpClient.Builder().addInterceptor(new ScopedOkHttpInterceptor())
				.connectionPool(new ConnectionPool(POOL, 5, TimeUnit.MINUTES))
				.build();
			return (url) -> {
				Request request = new Request.Builder().url(url).post(RequestBody.create(new byte[0], null)).build();
				try (Response response = http.newCall(request).execute()) {
					return response.body().string();
				}
			};
		}),

		FEIGN(() -> {
			Rushing http = Feign.builder()
				.addCapability(new ScopedFeignCapability())
				.retryer(Retryer.NEVER_RETRY)
				.target(Target.EmptyTarget.create(Rushing.class));
			return (url) -> http.get(URI.create(url));
		}),

		HTTP_COMPONENTS(() -> blocking(ClientHttpRequestFactoryBuilder.httpComponents()
			.withConnectionManagerCustomizer((pool) -> pool.setMaxConnPerRoute(POOL).setMaxConnTotal(POOL)))),

		JETTY(() -> blocking(ClientHttpRequestFactoryBuilder.jetty()
			.withHttpClientCustomizer((client) -> client.setMaxConnectionsPerDestination(POOL)))),

		REACTOR(() -> blocking(ClientHttpRequestFactoryBuilder.reactor().withHttpClientFactory(Library::reactor))),

		WEB_CLIENT(() -> {
			WebClient.Builder builder = WebClient.builder().clientConnector(new ReactorClientHttpConnector(reactor()));
			new ScopedWebClientCustomizer().customize(builder);
			WebClient http = builder.build();
			return (url) -> http.post().uri(url).retrieve().bodyToMono(String.class).block();
		});

		private final Supplier<Rush.Call> call;

		Library(Supplier<Rush.Call> call) {
			this.call = call;
		}

		private static Rush.Call blocking(ClientHttpRequestFactoryBuilder<?> builder) {
			RestClient http = RestClient.builder()
				.requestFactory(new ScopedRequestFactoryCustomizer().customize(builder).build())
				.build();
			// No library tries a POST again by itself.
			return (url) -> http.post().uri(url).retrieve().body(String.class);
		}

		/** In its queue is room for those only that nobody has stopped. */
		private static HttpClient reactor() {
			return HttpClient.create(ConnectionProvider.builder("rush")
				.maxConnections(POOL)
				.pendingAcquireMaxCount(2 * Rush.THREADS)
				.build());
		}

	}

	interface Rushing {

		@RequestLine("GET")
		String get(URI uri);

	}

	@ParameterizedTest
	@EnumSource
	void stoppedCallsHarmNobodyElse(Library library) throws Exception {
		try (BusyPeer peer = new BusyPeer(POOL)) {
			Rush.Call call = library.call.get();
			Rush rush = new Rush(peer, call);

			rush.run(COUNT);

			table.put(library, rush.toString());
			assertThat(rush.failures()).isEmpty();
			assertThat(rush.unharmed()).isEqualTo(COUNT);
			assertThat(allAtOnce(call, peer.together())).hasSize(POOL).containsOnly(BusyPeer.answer(0, 10));
		}
	}

	/** As many calls as the pool has connections: the peer waits for the last one. */
	private static List<String> allAtOnce(Rush.Call call, String url) throws Exception {
		List<FutureTask<String>> calls = new ArrayList<>();
		for (int i = 0; i < POOL; i++) {
			calls.add(Worker.PLATFORM.call(() -> call.call(url)));
		}
		List<String> answers = new ArrayList<>();
		for (FutureTask<String> one : calls) {
			answers.add(one.get(60, TimeUnit.SECONDS));
		}
		return answers;
	}

	@AfterAll
	static void print() {
		StringBuilder text = new StringBuilder("%-16s %8s %9s %11s %7s %12s".formatted("", "stopped", "answered",
				"bystanders", "failed", "connections"));
		table.forEach((library, row) -> text.append("%n%-16s %s".formatted(library, row)));
		System.out.println(text);
	}

}
