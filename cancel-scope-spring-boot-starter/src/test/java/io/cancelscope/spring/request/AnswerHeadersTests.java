package io.cancelscope.spring.request;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AnswerHeadersTests {

	@ParameterizedTest
	@ValueSource(strings = { "Cache-Control", "cache-control", "CDN-Cache-Control", "Cloudflare-CDN-Cache-Control",
			"Surrogate-Control", "X-Accel-Expires", "Expires", "Pragma", "Age", "ETag", "Last-Modified", "Content-Type",
			"Content-Length", "Content-Encoding", "Content-Disposition", "Content-Range", "Location",
			"WWW-Authenticate", "X-Sendfile" })
	void headerOfTheAnswerGoesWithIt(String name) {
		assertThat(AnswerHeaders.belongsToAnswer(name)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Vary", "Set-Cookie", "Access-Control-Allow-Origin", "Strict-Transport-Security",
			"X-Frame-Options", "traceparent", "X-Request-Id", "Content-Security-Policy" })
	void headerOfEveryAnswerStays(String name) {
		assertThat(AnswerHeaders.belongsToAnswer(name)).isFalse();
	}

}
