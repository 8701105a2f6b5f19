package io.cancelscope.slices;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code @JsonTest}.
 */
@JsonTest
@Import(Quotes.class)
class JsonSliceTests {

	@Autowired
	Quotes quotes;

	@Test
	void beanIsWovenAndInjected() {
		assertThat(this.quotes.best()).isEqualTo("Quotes.best");
	}

}
