package io.cancelscope.spring.web;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.Mishap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A request that has failed is a failure, also where it ran out of time on the way out;
 * one that was stopped is answered so, whatever its exception looks like.
 */
@Timeout(60)
class FailedRequestTests {

	@ParameterizedTest
	@EnumSource
	void failureIsAnsweredAsOne(Server server) throws Exception {
		try (ConfigurableApplicationContext context = server.start(Shop.class)) {
			assertThat(status(context, "/declined")).isEqualTo(500);
			assertThat(status(context, "/failed")).isEqualTo(500);
			assertThat(status(context, "/stopped")).isEqualTo(504);
			assertThat(status(context, "/sold-out")).isEqualTo(504);
		}
	}

	private static int status(ConfigurableApplicationContext context, String path)
			throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(Server.uri(context, path)).build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Endpoints.class)
	static class Shop {

		@Bean
		Orders orders() {
			return new Orders();
		}

	}

	static class Orders {

		@CancelScoped("20ms")
		String declined() {
			waitUntilCancelled();
			return Mishap.declined();
		}

		@CancelScoped("20ms")
		String failed() {
			waitUntilCancelled();
			return Mishap.orderFailed();
		}

		@CancelScoped("20ms")
		String stopped() {
			Desk.waitUntilCancelled();
			return "never";
		}

		@CancelScoped(timeout = "20ms", exception = SoldOutException.class)
		String soldOut() {
			waitUntilCancelled();
			CancelScope.current().check();
			return "never";
		}

		private static void waitUntilCancelled() {
			try {
				Desk.waitUntilCancelled();
			}
			catch (ScopeCancelledException | SoldOutException ex) {
				// Asked again.
			}
		}

	}

	@SuppressWarnings("serial")
	static class SoldOutException extends RuntimeException {

		SoldOutException(String message) {
			super(message, new IllegalArgumentException("row 7"));
		}

	}

	@RestController
	static class Endpoints {

		private final Orders orders;

		Endpoints(Orders orders) {
			this.orders = orders;
		}

		@GetMapping("/declined")
		String declined() {
			return this.orders.declined();
		}

		@GetMapping("/failed")
		String failed() {
			return this.orders.failed();
		}

		@GetMapping("/stopped")
		String stopped() {
			return this.orders.stopped();
		}

		@GetMapping("/sold-out")
		String soldOut() {
			return this.orders.soldOut();
		}

	}

}
