package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Coming from Spring MVC's timeout of asynchronous requests: the page is cut from here.
 */
@Timeout(60)
class AsyncTimeoutTests {

	@Test
	void timeoutOfMvcLeavesTheWorkRunning() throws Exception {
		try (ConfigurableApplicationContext context = Server.TOMCAT.start(Application.class,
				"spring.mvc.async.request-timeout=300ms")) {
			Warehouse warehouse = context.getBean(Warehouse.class);

			assertThat(status(context, "/later")).isEqualTo(503);
			assertThat(warehouse.isBusy()).isTrue();
			warehouse.answer.countDown();
		}
	}

	@Test
	void timeoutOfTheRequestStopsTheWorkWhereverItRuns() throws Exception {
		try (ConfigurableApplicationContext context = Server.TOMCAT.start(Application.class,
				"cancel-scope.web.timeout=300ms")) {
			Warehouse warehouse = context.getBean(Warehouse.class);

			assertThat(status(context, "/carried")).isEqualTo(504);
			assertThat(warehouse.isLeft()).isTrue();
		}
	}

	private static int status(ConfigurableApplicationContext context, String path)
			throws IOException, InterruptedException {
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(Server.uri(context, path)).build(), HttpResponse.BodyHandlers.ofString());
		return response.statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Orders.class)
	static class Application {

		@Bean
		Warehouse warehouse(CancelScopes scopes) {
			return new Warehouse(scopes);
		}

		@Bean(destroyMethod = "shutdownNow")
		ExecutorService pool() {
			return Executors.newCachedThreadPool();
		}

	}

	@RestController
	static class Orders {

		private final Warehouse warehouse;

		private final ExecutorService pool;

		private final CancelScopes scopes;

		Orders(Warehouse warehouse, ExecutorService pool, CancelScopes scopes) {
			this.warehouse = warehouse;
			this.pool = pool;
			this.scopes = scopes;
		}

		// tag::before[]
		@GetMapping("/later") // spring.mvc.async.request-timeout=300ms
		CompletableFuture<Integer> stockLater() {
			return CompletableFuture.supplyAsync(this.warehouse::stock, this.pool);
		}
		// end::before[]

		// tag::after[]
		@GetMapping("/carried") // cancel-scope.web.timeout=300ms
		CompletableFuture<Integer> stock() {
			return CompletableFuture.supplyAsync(this.warehouse::stock, this.scopes.propagating(this.pool));
		}
		// end::after[]

	}

	/** What is asked, and answers when the test lets it. */
	static class Warehouse {

		private final CancelScopes scopes;

		final CountDownLatch answer = new CountDownLatch(1);

		private final CountDownLatch left = new CountDownLatch(1);

		Warehouse(CancelScopes scopes) {
			this.scopes = scopes;
		}

		int stock() {
			try {
				this.scopes.current().interruptibly((scope) -> this.answer.await(30, TimeUnit.SECONDS));
				return 3;
			}
			catch (Exception ex) {
				throw new CompletionException(ex);
			}
			finally {
				this.left.countDown();
			}
		}

		boolean isBusy() {
			return this.left.getCount() > 0;
		}

		boolean isLeft() throws InterruptedException {
			return this.left.await(20, TimeUnit.SECONDS);
		}

	}

}
