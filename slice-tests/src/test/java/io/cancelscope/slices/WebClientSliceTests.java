package io.cancelscope.slices;

import java.time.Duration;

import io.cancelscope.spring.test.AutoConfigureManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webclient.test.autoconfigure.WebClientTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code @WebClientTest}: the other service is told what is left of the budget.
 */
@WebClientTest(components = ReactiveQuoteClient.class,
		properties = "cancel-scope.httpclient.deadline-header=X-Timeout=milliseconds")
@AutoConfigureManualTime
class WebClientSliceTests {

	@Autowired
	ReactiveQuoteClient client;

	@Test
	void clientIsWovenAndTellsTheBudget() {
		assertThat(this.client.best().block(Duration.ofSeconds(30))).isEqualTo("told 2000");
	}

}
