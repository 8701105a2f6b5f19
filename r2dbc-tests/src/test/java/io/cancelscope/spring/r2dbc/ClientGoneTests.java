package io.cancelscope.spring.r2dbc;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client of a WebFlux request closes its connection in the middle of a statement.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClientGoneTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final List<String> TABLE = new ArrayList<>();

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		context = application.run("--server.port=0", "--server.address=127.0.0.1", "--spring.main.banner-mode=off",
				"--logging.level.root=warn", "--spring.r2dbc.url=r2dbc:h2:mem:///not-used");
	}

	@AfterAll
	static void close() {
		context.close();
		System.out.println("driver      statement    cause       ended after  connection  server idle after");
		TABLE.forEach(System.out::println);
	}

	static Stream<Arguments> all() {
		return Stream.of(Driver.values())
			.flatMap((driver) -> Stream.of(StatementStopTests.Kind.values()).map((kind) -> Arguments.of(driver, kind)));
	}

	@ParameterizedTest
	@MethodSource("all")
	void statementIsStopped(Driver driver, StatementStopTests.Kind kind) throws Exception {
		Database database = driver.database();
		database.execute("drop table if exists item");
		database.execute("create table item (n int)");
		database.execute("insert into item values (1)");
		WatchedPool pool = new WatchedPool(database, 1);
		try (pool) {
			int backend = pool.backend();
			CompletableFuture<Long> ended = new CompletableFuture<>();
			CompletableFuture<CancelScope> scope = new CompletableFuture<>();
			context.getBean(Endpoint.class).work = Mono.deferContextual((context) -> {
				scope.complete(ScopeInContext.current(context));
				return kind.execute(pool, database).doFinally((signal) -> ended.complete(System.nanoTime()));
			});
			long start;
			try (Socket client = request()) {
				assertThat(client.isConnected()).isTrue();
				database.awaitRunning(1);
				start = System.nanoTime();
			}
			long told = ended.get(SOON.toSeconds(), TimeUnit.SECONDS);
			database.awaitRunning(0);
			long idle = System.nanoTime();

			// Another thread than the server's cancels the scope, so that may come later.
			Awaitility.await()
				.atMost(SOON)
				.untilAsserted(() -> assertThat(scope.join().reason().map(CancelReason::kind))
					.contains(CancelReason.Kind.DISCONNECTED));
			assertThat(pool.backend()).isEqualTo(backend);
			pool.awaitFull();
			assertThat(database.number("select max(n) from item")).isEqualTo(1);
			TABLE.add(String.format(Locale.ROOT, "%-11s %-12s %-11s %8.1f ms  kept        %8.1f ms", driver, kind,
					"CLIENT", (told - start) / 1e6, (idle - start) / 1e6));
		}
	}

	private static Socket request() throws IOException {
		Integer port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
		Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
		OutputStream out = client.getOutputStream();
		out.write("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		out.flush();
		return client;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class App {

		@Bean
		Endpoint endpoint() {
			return new Endpoint();
		}

	}

	@RestController
	static class Endpoint {

		private volatile Mono<?> work = Mono.empty();

		@GetMapping("/work")
		Mono<Void> work() {
			return this.work.then();
		}

	}

}
