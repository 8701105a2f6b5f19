package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which budget is suggested, and why.
 */
class SuggestionTests {

	private final Calls calls = new Calls(0);

	@Test
	void leavesRoomAboveAlmostAllCalls() {
		complete(12_380, 100);
		complete(17, 638);
		complete(3, 2_000);

		Suggestion suggestion = suggestion();

		assertThat(suggestion.timeout()).isEqualTo(Duration.ofMillis(800));
		assertThat(suggestion.reason()).matches("p99\\.9 of 12,400 calls is 6[34]\\dms; 800ms would stop 0\\.02 %");
	}

	@Test
	void saysIfNoCallWouldBeStopped() {
		complete(2_000, 100);

		assertThat(suggestion().timeout()).isEqualTo(Duration.ofMillis(150));
		assertThat(suggestion().reason()).endsWith("150ms would stop none of them");
	}

	@Test
	void saysNothingAboutFewCalls() {
		complete(999, 100);

		assertThat(suggestion()).isEqualTo(new Suggestion(null,
				"a suggestion needs 1,000 completed calls (cancel-scope.budget.min-calls), and there were 999"));
	}

	/** What was stopped after 100 ms may need 101 ms, or an hour. */
	@Test
	void saysNothingWhereManyWereStopped() {
		complete(2_000, 100);
		for (int i = 0; i < 100; i++) {
			this.calls.stopped();
		}

		assertThat(suggestion().timeout()).isNull();
		assertThat(suggestion().reason()).startsWith("4.8 % of the calls were stopped, so nobody knows");
	}

	@Test
	void fewStoppedCallsDoNotMatter() {
		complete(2_000, 100);
		for (int i = 0; i < 10; i++) {
			this.calls.stopped();
		}

		assertThat(suggestion().timeout()).isEqualTo(Duration.ofMillis(150));
	}

	@ParameterizedTest
	@CsvSource({ "0, 1000", "1, 1000", "1000, 1000", "1001, 1200", "801000, 1000000", "800000, 800000",
			"640000, 800000", "10000001, 12000000", "3600000000, 4000000000" })
	void roundsUpToWhatPeopleWrite(long micros, long rounded) {
		assertThat(Suggestion.roundedUp(micros)).isEqualTo(rounded);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0.00 %", "0.00001, less than 0.01 %", "0.0002, 0.02 %", "0.0312, 3.1 %", "0.124, 12 %",
			"1, 100 %" })
	void percentHasDigitsThatMatter(double share, String shown) {
		assertThat(Suggestion.percent(share)).isEqualTo(shown);
	}

	private void complete(int count, int millis) {
		for (int i = 0; i < count; i++) {
			this.calls.completed(TimeUnit.MILLISECONDS.toNanos(millis), 0);
		}
	}

	private Suggestion suggestion() {
		Calls.Sum sum = new Calls.Sum();
		this.calls.addTo(sum);
		return Suggestion.of(sum, 1_000);
	}

}
