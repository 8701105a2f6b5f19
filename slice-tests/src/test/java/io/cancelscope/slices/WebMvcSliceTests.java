package io.cancelscope.slices;

import io.cancelscope.spring.test.AutoConfigureManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code @WebMvcTest}: requests have scopes, and controllers can inject them.
 */
// tag::class[]
@WebMvcTest(properties = "cancel-scope.web.timeout=1s")
@AutoConfigureManualTime
@Import(Quotes.class)
class WebMvcSliceTests {

	@Autowired
	MockMvcTester mvc;

	@Test
	void beanIsWovenAndInjected() {
		assertThat(this.mvc.get().uri("/quotes")).hasStatusOk().hasBodyTextEqualTo("Quotes.best");
	}

	@Test
	void lateRequestIsAnsweredAsInTheApplication() {
		assertThat(this.mvc.get().uri("/late")).hasStatus(504);
	}

}
// end::class[]
