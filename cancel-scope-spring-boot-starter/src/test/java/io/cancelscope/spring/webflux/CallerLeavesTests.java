package io.cancelscope.spring.webflux;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.spring.fixture.Spread;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a handler returns stops when its caller leaves, every time.
 */
@Timeout(120)
class CallerLeavesTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final int TIMES = Integer.getInteger("cancel-scope.test.leaving", 40);

	private static ConfigurableApplicationContext context;

	private ReactiveRequestTests.Watch watch;

	@BeforeAll
	static void start() {
		context = ReactiveRequestTests.newContext(Application.class);
	}

	@AfterAll
	static void stop() {
		context.getBean(Endpoints.class).goOn.countDown();
		context.close();
	}

	@BeforeEach
	void forget() {
		this.watch = context.getBean(ReactiveRequestTests.Watch.class);
		this.watch.opened.clear();
		this.watch.closed.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /mono", "GET /flux", "GET /future", "GET /child", "GET /blocking", "POST /future" })
	void workStopsEveryTime(String request) throws Exception {
		Spread spread = new Spread();
		for (int i = 0; i < TIMES; i++) {
			forget();
			spread.add(nanosUntilStopped(request));
			assertThat(this.watch.reason().kind()).isEqualTo(CancelReason.Kind.DISCONNECTED);
			this.watch.allAreClosed();
		}
		System.out.printf("NETTY  %-13s stopped %s%n", request, spread);
	}

	/** More of them than Reactor has threads for what blocks. */
	@Test
	void workStopsWhereAllThreadsOfTheApplicationAreBusy() throws Exception {
		int count = Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE + 5;
		List<Socket> sockets = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			sockets.add(send("GET /deaf"));
		}
		Awaitility.await().atMost(SOON).until(() -> this.watch.opened.size() == count);

		for (Socket socket : sockets) {
			socket.close();
		}

		Awaitility.await().atMost(SOON).until(() -> this.watch.opened.stream().allMatch(CancelScope::isCancelled));
		context.getBean(Endpoints.class).goOn.countDown();
		this.watch.allAreClosed();
	}

	private long nanosUntilStopped(String request) throws Exception {
		CompletableFuture<Long> stopped = context.getBean(Endpoints.class).next();
		Socket socket = send(request);
		long left;
		try (socket) {
			Awaitility.await()
				.atMost(SOON)
				.pollInterval(Duration.ofMillis(2))
				.until(() -> !this.watch.opened.isEmpty() && context.getBean(Endpoints.class).begun);
			left = System.nanoTime();
		}
		return stopped.get(SOON.toSeconds(), TimeUnit.SECONDS) - left;
	}

	private static Socket send(String request) throws IOException {
		Socket socket = new Socket("localhost", ((WebServerApplicationContext) context).getWebServer().getPort());
		String body = request.startsWith("POST") ? "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nfares"
				: "\r\n";
		socket.getOutputStream()
			.write((request + " HTTP/1.1\r\nHost: localhost\r\n" + body).getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Application {

		@Bean
		ReactiveRequestTests.Watch watch() {
			return new ReactiveRequestTests.Watch();
		}

	}

	@RestController
	static class Endpoints {

		private final CountDownLatch goOn = new CountDownLatch(1);

		private volatile CompletableFuture<Long> stopped = new CompletableFuture<>();

		private volatile boolean begun;

		CompletableFuture<Long> next() {
			this.begun = false;
			this.stopped = new CompletableFuture<>();
			return this.stopped;
		}

		private void stop() {
			this.stopped.complete(System.nanoTime());
		}

		@GetMapping("/mono")
		Mono<String> mono() {
			return Mono.deferContextual((context) -> {
				ScopeInContext.current(context).onCancel((reason) -> stop());
				this.begun = true;
				return Mono.never();
			});
		}

		@GetMapping("/flux")
		Flux<String> flux() {
			return Flux.deferContextual((context) -> {
				ScopeInContext.current(context).onCancel((reason) -> stop());
				this.begun = true;
				return Flux.interval(Duration.ofMillis(1)).map((tick) -> "tick\n").onBackpressureDrop();
			});
		}

		/** The future itself is cancelled. */
		@GetMapping("/future")
		CompletableFuture<String> future() {
			CompletableFuture<String> future = new CompletableFuture<>();
			future.whenComplete((value, failure) -> stop());
			this.begun = true;
			return future;
		}

		/** What the handler has called asks the scope, as it does in a servlet. */
		// tag::child[]
		@GetMapping("/child")
		CompletableFuture<String> child() {
			CancelScope.current().onCancel((reason) -> stop());
			// hide[]
			this.begun = true;
			// show[]
			return new CompletableFuture<>();
		}
		// end::child[]

		@PostMapping("/future")
		CompletableFuture<String> posted(@RequestBody String body) {
			return child();
		}

		// tag::blocking[]
		@GetMapping("/blocking")
		Mono<String> blocking() {
			return Mono.fromCallable(() -> {
				// hide[]
				this.begun = true;
				// show[]
				try {
					new CountDownLatch(1).await();
				}
				finally {
					stop();
				}
				return "never";
			}).subscribeOn(Schedulers.boundedElastic());
		}
		// end::blocking[]

		/** Takes no notice of interrupts. */
		@GetMapping("/deaf")
		Mono<String> deaf() {
			return Mono.fromCallable(() -> {
				boolean waits = true;
				while (waits) {
					try {
						this.goOn.await();
						waits = false;
					}
					catch (InterruptedException ex) {
						// Ignored: as written.
					}
				}
				return "late";
			}).subscribeOn(Schedulers.boundedElastic());
		}

	}

}
