package io.cancelscope;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DurationsTests {

	@ParameterizedTest
	@CsvSource({ "PT0S, 0s", "PT0.000000001S, 1ns", "PT0.000999999S, 999999ns", "PT0.001S, 1ms", "PT0.0015S, 1.5ms",
			"PT0.8S, 800ms", "PT1S, 1s", "PT1.5S, 1.5s", "PT10S, 10s", "PT100S, 100s", "PT1.05S, 1.05s",
			"PT1.0000001S, 1s", "PT60S, 1m", "PT90S, 90s", "PT10M, 10m", "PT1H, 1h", "PT24H, 1d", "PT48H, 2d",
			"PT25H, 25h", "PT-1.5S, -1.5s", "PT-2H, -2h" })
	void durationsAreWrittenAsInConfiguration(Duration duration, String text) {
		assertThat(Durations.format(duration)).isEqualTo(text);
	}

	@Test
	void hugeDurationsAreWrittenWithoutOverflow() {
		assertThat(Durations.format(Duration.ofSeconds(Long.MAX_VALUE))).isNotBlank().doesNotStartWith("-");
		assertThat(Durations.format(Duration.ofSeconds(Long.MIN_VALUE))).startsWith("-").doesNotStartWith("--");
	}

}
