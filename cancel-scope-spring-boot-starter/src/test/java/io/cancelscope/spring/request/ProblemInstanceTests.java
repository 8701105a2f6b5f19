package io.cancelscope.spring.request;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ProblemInstanceTests {

	@ParameterizedTest
	@CsvSource({ "/quotes, /quotes", "/id/%0d%0a, /id/%0d%0a", "//, /", "//evil.example/x, /evil.example/x",
			"/a|b, /a%7Cb", "/a b, /a%20b", "/50%, /50%25", "/a:b, /a:b", "'', ''", "http:, /" })
	void everyPathHasOne(String path, String expected) {
		assertThat(ProblemInstance.of(path)).hasToString(expected);
	}

}
