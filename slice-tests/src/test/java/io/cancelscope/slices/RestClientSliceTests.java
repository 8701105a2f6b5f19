package io.cancelscope.slices;

import io.cancelscope.spring.test.AutoConfigureManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.restclient.test.autoconfigure.RestClientTest;
import org.springframework.http.MediaType;
import org.springframework.test.web.client.MockRestServiceServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.header;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

/**
 * {@code @RestClientTest}: the mock server takes the place of the other service, and is
 * told what is left of the budget.
 */
@RestClientTest(components = QuoteClient.class,
		properties = "cancel-scope.httpclient.deadline-header=X-Timeout=milliseconds")
@AutoConfigureManualTime
class RestClientSliceTests {

	@Autowired
	QuoteClient client;

	@Autowired
	MockRestServiceServer server;

	@Test
	void clientIsWovenAndReachesTheMockServer() {
		this.server.expect(requestTo("http://quotes/best"))
			.andExpect(header("X-Timeout", "2000"))
			.andRespond(withSuccess("OSL", MediaType.TEXT_PLAIN));

		assertThat(this.client.best()).isEqualTo("OSL in QuoteClient.best");

		this.server.verify();
	}

}
