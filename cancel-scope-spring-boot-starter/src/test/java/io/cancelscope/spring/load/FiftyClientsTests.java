package io.cancelscope.spring.load;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.cancelscope.spring.actuate.CancelScopesEndpoint;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Fifty clients ask an ordinary application for what it has and for what takes too long,
 * and some of them leave. Nothing is left behind: no line in the log but our own, no
 * connection, no scope, nothing of what was rolled back. A few seconds; for a minute,
 * {@code -Dcancel-scope.load.seconds=60}.
 */
@Timeout(300)
class FiftyClientsTests {

	private static final int CLIENTS = 50;

	private static final int CONNECTIONS = 10;

	private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("cancel-scope.load.seconds", 4));

	private final HttpClient http = HttpClient.newHttpClient();

	private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();

	private final List<String> log = new CopyOnWriteArrayList<>();

	@Test
	void nothingIsLeftBehindOnH2() throws Exception {
		run("jdbc:h2:mem:clinic;DB_CLOSE_DELAY=-1",
				"select count(*) from system_range(1, 1000000) a, system_range(1, 1000000) b");
	}

	@Test
	void nothingIsLeftBehindOnPostgres() throws Exception {
		try (EmbeddedPostgres server = postgres()) {
			run(server.getJdbcUrl("postgres", "postgres"), "select cast(pg_sleep(20) as text)");
		}
	}

	private static EmbeddedPostgres postgres() {
		try {
			return EmbeddedPostgres.builder().setPGStartupWait(Duration.ofSeconds(60)).start();
		}
		catch (IOException | RuntimeException ex) {
			return abort("PostgreSQL does not start on this machine: " + ex);
		}
	}

	private void run(String url, String slow) throws Exception {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Clinic.class)
			.properties("server.port=0", "spring.datasource.url=" + url, "clinic.slow=" + slow,
					"spring.datasource.hikari.maximum-pool-size=" + CONNECTIONS,
					"management.endpoints.web.exposure.include=cancelscopes", "cancel-scope.web.timeout=2s")
			.run("--spring.main.web-application-type=servlet")) {
			listen();
			int port = ((WebServerApplicationContext) context).getWebServer().getPort();
			// On a busy machine the clients leave no time for an answer to any of them.
			ask(port, "GET", "/pets");
			ask(port, "POST", "/pets");
			askForAWhile(port);

			HikariPoolMXBean pool = context.getBean(HikariDataSource.class).getHikariPoolMXBean();
			Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				assertThat(pool.getActiveConnections()).isZero();
				assertThat(pool.getIdleConnections()).isEqualTo(CONNECTIONS);
				assertThat(context.getBean(CancelScopesEndpoint.class).scopes(null, null).total()).isZero();
			});
			System.out.println(url.split(":")[1] + ", " + LENGTH.toSeconds() + " s, " + CLIENTS + " clients: "
					+ this.answers + ", lines in the log: " + this.log.size());
			assertThat(context.getBean(Clinic.Pets.class).named("half done")).isZero();
			assertThat(this.answers).containsKeys("GET /pets 200", "POST /pets 200", "GET /report 504");
			assertThat(this.answers.keySet())
				.allMatch((answer) -> answer.endsWith("200") || answer.endsWith("504") || answer.endsWith("left"));
			assertThat(this.log).as("lines of others").allMatch((line) -> line.startsWith("io.cancelscope."));
			assertThat(this.log).as("our own lines").hasSizeLessThan(20 + 2 * (int) LENGTH.toSeconds());
		}
	}

	/** From now on, since the application sets up its logging when it starts. */
	private void listen() {
		LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
		AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {

			@Override
			protected void append(ILoggingEvent event) {
				boolean ours = event.getLoggerName().startsWith("io.cancelscope.");
				if (event.getLevel().isGreaterOrEqual(ours ? Level.INFO : Level.WARN)) {
					FiftyClientsTests.this.log.add(event.getLoggerName() + ": " + event.getFormattedMessage());
				}
			}

		};
		appender.setContext(logging);
		appender.start();
		logging.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
	}

	private void askForAWhile(int port) throws InterruptedException, ExecutionException {
		long end = System.nanoTime() + LENGTH.toNanos();
		ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
		try {
			List<Callable<Void>> clients = IntStream.range(0, CLIENTS).<Callable<Void>>mapToObj((i) -> () -> {
				while (System.nanoTime() < end) {
					askOnce(port);
				}
				return null;
			}).toList();
			for (Future<Void> client : threads.invokeAll(clients)) {
				client.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private void askOnce(int port) throws IOException, InterruptedException {
		switch (ThreadLocalRandom.current().nextInt(4)) {
			case 0 -> ask(port, "GET", "/pets");
			case 1 -> ask(port, "POST", "/pets");
			case 2 -> ask(port, "GET", "/report");
			default -> leave(port);
		}
	}

	private void ask(int port, String method, String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build();
		count(method + ' ' + path + ' ' + this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
	}

	private void leave(int port) throws IOException {
		try (Socket socket = new Socket("localhost", port)) {
			socket.getOutputStream()
				.write("GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		}
		count("GET /report left");
	}

	private void count(String answer) {
		this.answers.computeIfAbsent(answer, (name) -> new AtomicInteger()).incrementAndGet();
	}

}
