package io.cancelscope.spring;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * How a budget is written on the wire, and that nothing odd is read from it.
 */
class DeadlineHeaderTests {

	@ParameterizedTest
	@CsvSource(textBlock = """
			grpc-timeout,                   100m,     PT0.1S
			grpc-timeout,                   3H,       PT3H
			grpc-timeout,                   2M,       PT2M
			grpc-timeout,                   1S,       PT1S
			grpc-timeout,                   99999999u, PT1M39.999999S
			grpc-timeout,                   1n,       PT0.000000001S
			x-envoy-expected-rq-timeout-ms, 800,      PT0.8S
			X-Budget=seconds,               7,        PT7S
			X-Budget = Milliseconds,        7,        PT0.007S
			""")
	void budgetIsRead(String header, String value, Duration expected) {
		assertThat(DeadlineHeader.of(header).parse(value)).hasValue(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "m", "0m", "-1m", "+1m", "1", "1x", "1 m", " 1m", "1m ", "123456789m", "1.5S",
			"1e3m", "0x10m", "١m", "1m\r\nX: y", "100ms", "NaN", "∞S" })
	void whatIsNoGrpcTimeoutIsNothing(String value) {
		assertThat(DeadlineHeader.of("grpc-timeout").parse(value)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "0", "-1", "+1", "1ms", " 1", "1 ", "1234567890123", "1.5", "1e3", "0x10", "١",
			"1\n", "true", "99999999999999999999999999" })
	void whatIsNoNumberOfMillisecondsIsNothing(String value) {
		assertThat(DeadlineHeader.of("x-timeout-ms").parse(value)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			grpc-timeout, PT0.8S,        800000u
			grpc-timeout, PT0.0000019S,  1u
			grpc-timeout, PT0S,          1u
			grpc-timeout, PT-1S,         1u
			grpc-timeout, PT3M,          180000m
			grpc-timeout, P30D,          2592000S
			x-timeout-ms, PT0.8S,        800
			x-timeout-ms, PT0.0019S,     1
			x-timeout-ms, PT0S,          1
			X=seconds,    PT1.9S,        1
			X=seconds,    PT0.1S,        1
			""")
	void budgetIsWrittenRoundedDownAndNeverAsZero(String header, Duration remaining, String expected) {
		assertThat(DeadlineHeader.of(header).format(remaining)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc-timeout", "x-timeout-ms", "X=seconds" })
	void longestDurationIsWrittenAndReadAsLong(String header) {
		DeadlineHeader longest = DeadlineHeader.of(header);
		String value = longest.format(Duration.ofSeconds(Long.MAX_VALUE));

		assertThat(value).matches("[0-9]+S?");
	}

	@Test
	void whatIsWrittenIsRead() {
		DeadlineHeader grpc = DeadlineHeader.of("grpc-timeout");

		for (Duration left = Duration.ofNanos(1_000); left.toDays() < 1000; left = left.multipliedBy(7)) {
			Duration read = grpc.parse(grpc.format(left)).orElseThrow();
			assertThat(read).isLessThanOrEqualTo(left).isGreaterThan(left.multipliedBy(99).dividedBy(100));
		}
	}

	@Test
	void unknownFormatIsNamedWithTheKnownOnes() {
		assertThatIllegalArgumentException().isThrownBy(() -> DeadlineHeader.of("X-Budget"))
			.withMessageContaining("'X-Budget=milliseconds'");
		assertThatIllegalArgumentException().isThrownBy(() -> DeadlineHeader.of("X-Budget=parsecs"))
			.withMessageContaining("'parsecs'")
			.withMessageContaining("'seconds'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "X Budget", "=seconds", "X Budget=seconds", "X:Y=seconds", "X\r\nY=seconds" })
	void whatCantBeAHeadersNameIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> DeadlineHeader.of(text))
			.withMessageContaining("is not a valid name of a header");
	}

}
