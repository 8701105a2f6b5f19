package io.cancelscope.slices;

import io.cancelscope.spring.test.AutoConfigureManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * {@code @WebFluxTest}: requests have scopes, and controllers can inject them.
 */
@WebFluxTest(properties = "cancel-scope.web.timeout=1s")
@AutoConfigureManualTime
@Import(Quotes.class)
class WebFluxSliceTests {

	@Autowired
	WebTestClient client;

	@Test
	void beanIsWovenAndInjected() {
		this.client.get()
			.uri("/quotes")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.isEqualTo("Quotes.best");
	}

	@Test
	void lateRequestIsAnsweredAsInTheApplication() {
		this.client.get().uri("/late").exchange().expectStatus().isEqualTo(504);
	}

}
