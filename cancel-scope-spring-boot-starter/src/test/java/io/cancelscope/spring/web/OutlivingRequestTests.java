package io.cancelscope.spring.web;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.HeldStatement;
import io.cancelscope.spring.OutlivingWork;
import io.cancelscope.spring.OutlivingWork.Start;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real requests take the work with them that services inside them have left behind, and
 * leave it alone if they end in time.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource(Server.class)
class OutlivingRequestTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final Map<Server, ConfigurableApplicationContext> contexts = new EnumMap<>(Server.class);

	private final HttpClient client = HttpClient.newHttpClient();

	@Parameter
	private Server server;

	private ConfigurableApplicationContext context;

	private Watch watch;

	private Shop shop;

	@BeforeEach
	void start() {
		this.context = contexts.computeIfAbsent(this.server, (server) -> server.start(Application.class));
		this.watch = this.context.getBean(Watch.class);
		this.watch.forget();
		this.shop = this.context.getBean(Shop.class);
		this.shop.open();
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
	}

	@ParameterizedTest
	@EnumSource
	void statementIsCancelledWithTheRequest(Start start) {
		CompletableFuture<HttpResponse<String>> response = get("/hanging/" + start);
		this.shop.awaitMail();

		this.watch.first().cancel("the desk closes");

		assertThat(this.shop.mail).failsWithin(SOON)
			.withThrowableThat()
			.withRootCauseInstanceOf(ScopeCancelledException.class);
		assertThat(response).succeedsWithin(SOON).extracting(HttpResponse::statusCode).isEqualTo(503);
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@EnumSource
	void statementIsCancelledWhenTheTimeOfTheRequestIsUp(Start start) {
		CompletableFuture<HttpResponse<String>> response = get("/hanging/" + start);
		this.shop.awaitMail();

		((OpenScope) this.watch.first()).reschedule(Duration.ofMillis(50));

		assertThat(this.shop.mail).failsWithin(SOON)
			.withThrowableThat()
			.withRootCauseInstanceOf(DeadlineExceededException.class);
		assertThat(response).succeedsWithin(SOON).extracting(HttpResponse::statusCode).isEqualTo(504);
		this.watch.allAreClosed();
	}

	@ParameterizedTest
	@EnumSource
	void statementRunsToItsEndWhereTheRequestEndedInTime(Start start) {
		CompletableFuture<HttpResponse<String>> response = get("/quick/" + start);
		assertThat(response).succeedsWithin(SOON).extracting(HttpResponse::body).isEqualTo("thanks");
		this.watch.allAreClosed();

		assertThat(this.watch.first().cancel()).isFalse();
		this.shop.statement.release();

		assertThat(this.shop.mail).succeedsWithin(SOON).isEqualTo(7L);
	}

	private CompletableFuture<HttpResponse<String>> get(String path) {
		HttpRequest request = HttpRequest.newBuilder(Server.uri(this.context, path)).build();
		return this.client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Shop.class, OutlivingWork.class })
	static class Application {

		@Bean
		Watch watch() {
			return new Watch();
		}

	}

	@RestController
	static class Shop {

		private final OutlivingWork.Orders orders;

		private final JdbcTemplate jdbc;

		private volatile HeldStatement statement;

		private volatile CompletableFuture<Long> mail;

		private volatile CompletableFuture<Void> sent;

		Shop(OutlivingWork.Orders orders, JdbcTemplate jdbc) {
			this.orders = orders;
			this.jdbc = jdbc;
		}

		void open() {
			this.statement = new HeldStatement(this.jdbc);
			this.sent = new CompletableFuture<>();
		}

		/** Waits until the statement runs and its service has returned. */
		void awaitMail() {
			assertThat(this.sent).succeedsWithin(SOON);
		}

		@GetMapping("/hanging/{start}")
		String hanging(@PathVariable Start start) throws Exception {
			this.mail = OutlivingWork.Orders.take(this.orders, start, this.statement::endless,
					this.statement::awaitBegun);
			this.sent.complete(null);
			Desk.waitUntilCancelled();
			return "never";
		}

		@GetMapping("/quick/{start}")
		String quick(@PathVariable Start start) throws Exception {
			this.mail = OutlivingWork.Orders.take(this.orders, start, this.statement::held, this.statement::awaitBegun);
			return "thanks";
		}

	}

}
