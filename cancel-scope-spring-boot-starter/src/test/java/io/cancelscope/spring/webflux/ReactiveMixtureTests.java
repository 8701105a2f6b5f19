package io.cancelscope.spring.webflux;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.fixture.Mixtures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Race: a handler sends its answer while its request runs out of time, and the answer to
 * that is sent. See {@link Authorship} for the schedule. Whatever comes first, each
 * answer is the handler's, whole, or a problem detail, whole, or the connection is broken
 * off; and the next answer on the connection has nothing of it.
 * <p>
 * {@code -Dcancel-scope.test.mixtures=10000} says how many requests there are of each
 * kind.
 */
@Timeout(600)
class ReactiveMixtureTests {

	private static final int REQUESTS = Integer.getInteger("cancel-scope.test.mixtures", 150);

	private static final long AROUND = Duration.ofMillis(2).toNanos();

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		context = ReactiveRequestTests.newContext(Application.class, "cancel-scope.web.timeout=50ms",
				"cancel-scope.timeouts[GET /intact]=1m");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/mono", "/flux", "/events", "/begun", "/future", "/direct" })
	void answerHasOneAuthor(String path) throws InterruptedException {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();

		Mixtures mixtures = Mixtures.of(port, path, REQUESTS);

		System.out.printf("NETTY  %-10s %s%n", path, mixtures);
		assertThat(mixtures.wrong()).isEmpty();
		assertThat(mixtures.whole()).isPositive();
	}

	/** The answer of a handler that never does is a problem detail, every time. */
	@Test
	void nextRequestIsReadAfterADeadline() throws InterruptedException {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();

		Mixtures mixtures = Mixtures.of(port, "/never", REQUESTS);

		System.out.printf("NETTY  %-10s %s%n", "/never", mixtures);
		assertThat(mixtures.wrong()).isEmpty();
		assertThat(mixtures.whole()).isZero();
	}

	/** Waits for the deadline, give or take; each tenth time not at all. */
	private static void untilDeadline(int number, ServerWebExchange exchange) {
		if (number % 10 == 0) {
			return;
		}
		RequestScope request = exchange.getRequiredAttribute(RequestScope.ATTRIBUTE);
		CancelScope scope = request.scope();
		long wait = scope.remaining().orElse(Duration.ZERO).toNanos()
				+ ThreadLocalRandom.current().nextLong(-AROUND, AROUND);
		long begin = System.nanoTime();
		for (long left = wait; left > 0; left = wait - (System.nanoTime() - begin)) {
			LockSupport.parkNanos(left);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Application {

		@Bean(destroyMethod = "shutdownNow")
		ExecutorService producers() {
			return Executors.newCachedThreadPool();
		}

	}

	@RestController
	static class Endpoints {

		private final ExecutorService producers;

		Endpoints(ExecutorService producers) {
			this.producers = producers;
		}

		private <T> CompletableFuture<T> atDeadline(int n, ServerWebExchange exchange, T value) {
			return CompletableFuture.supplyAsync(() -> {
				untilDeadline(n, exchange);
				return value;
			}, this.producers);
		}

		@GetMapping("/intact")
		String intact(int n) {
			return "intact " + n;
		}

		@GetMapping("/mono")
		Mono<String> mono(int n, ServerWebExchange exchange) {
			return Mono.fromFuture(() -> atDeadline(n, exchange, Mixtures.text(n)), true);
		}

		@GetMapping(path = "/flux", produces = MediaType.TEXT_PLAIN_VALUE)
		Flux<String> flux(int n, ServerWebExchange exchange) {
			return Mono.fromFuture(() -> atDeadline(n, exchange, Mixtures.pieces(n)), true)
				.flatMapMany(Flux::fromIterable);
		}

		@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> events(int n, ServerWebExchange exchange) {
			return flux(n, exchange);
		}

		/** Has sent a part before. */
		@GetMapping(path = "/begun", produces = MediaType.TEXT_PLAIN_VALUE)
		Flux<String> begun(int n, ServerWebExchange exchange) {
			List<String> pieces = Mixtures.pieces(n);
			return Flux.concat(Mono.just(pieces.get(0)),
					Mono.fromFuture(() -> atDeadline(n, exchange, pieces.subList(1, pieces.size())), true)
						.flatMapMany(Flux::fromIterable));
		}

		@GetMapping("/never")
		Mono<String> never(int n) {
			return Mono.never();
		}

		@GetMapping("/future")
		CompletableFuture<String> future(int n, ServerWebExchange exchange) {
			return atDeadline(n, exchange, Mixtures.text(n));
		}

		/** Is sent by another thread than the one that is cancelled. */
		@GetMapping("/direct")
		Mono<Void> direct(int n, ServerWebExchange exchange) {
			return Mono.create((sink) -> this.producers.execute(() -> {
				untilDeadline(n, exchange);
				ServerHttpResponse response = exchange.getResponse();
				response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
				byte[] text = Mixtures.text(n).getBytes(StandardCharsets.US_ASCII);
				response.getHeaders().setContentLength(text.length);
				response.writeWith(Mono.just(response.bufferFactory().wrap(text)))
					.subscribe(null, sink::error, sink::success);
			}));
		}

	}

}
