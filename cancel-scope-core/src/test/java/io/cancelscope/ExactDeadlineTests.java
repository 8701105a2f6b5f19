package io.cancelscope;

import java.time.Duration;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * A deadline without a scope: to the nanosecond, and whatever the clock reads.
 */
class ExactDeadlineTests {

	private static final Duration NANO = Duration.ofNanos(1);

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE, -1_000_000_000 })
	void deadlineHasPassedFromItsInstantOn(long origin) {
		ManualTime time = new ManualTime(origin);
		Deadline deadline = Deadline.after(SECOND, time);

		time.advance(SECOND.minus(NANO));
		assertThat(deadline.isExpired()).isFalse();
		assertThat(deadline.remaining()).isEqualTo(NANO);

		time.advance(NANO);
		assertThat(deadline.isExpired()).isTrue();
		assertThat(deadline.remaining()).isZero();

		time.advance(NANO);
		assertThat(deadline.isExpired()).isTrue();
		assertThat(deadline.remaining()).isZero();
	}

	@Test
	void deadlineTellsALastNanosecond() {
		ManualTime time = new ManualTime();
		Deadline deadline = Deadline.after(NANO, time);

		assertThat(deadline).hasToString("in 1ns");
		time.advance(Duration.ofNanos(2));
		assertThat(deadline).hasToString("1ns ago");
	}

	@Test
	void deadlineIsBeforeOneThatIsANanosecondLater() {
		ManualTime time = new ManualTime();
		Deadline one = Deadline.after(SECOND, time);
		Deadline next = Deadline.after(SECOND.plus(NANO), time);

		assertThat(one.isBefore(next)).isTrue();
		assertThat(next.isBefore(one)).isFalse();
		assertThat(Deadline.earlierOf(next, one)).isSameAs(one);
	}

	@Test
	void firstOfTwoEqualDeadlinesIsTheEarlierOne() {
		ManualTime time = new ManualTime();
		Deadline one = Deadline.after(SECOND, time);
		Deadline same = Deadline.after(SECOND, time);

		assertThat(Deadline.earlierOf(one, same)).isSameAs(one);
		assertThat(Deadline.earlierOf(same, one)).isSameAs(same);
	}

	@Test
	void farthestDeadlinesStillCompare() {
		ManualTime time = new ManualTime(Long.MAX_VALUE);
		Deadline farthest = Deadline.after(Duration.ofSeconds(Long.MAX_VALUE), time);
		Deadline longPast = Deadline.after(Duration.ofSeconds(Long.MIN_VALUE), time);

		assertThat(farthest.remaining()).isEqualTo(Duration.ofNanos(1L << 61));
		assertThat(longPast.isBefore(farthest)).isTrue();
		assertThat(farthest.isBefore(longPast)).isFalse();
		assertThat(longPast.isExpired()).isTrue();
	}

	@Test
	void nullIsNamed() {
		Deadline deadline = Deadline.after(seconds(1), new ManualTime());

		assertThatNullPointerException().isThrownBy(() -> Deadline.after(null)).withMessage("duration");
		assertThatNullPointerException().isThrownBy(() -> Deadline.after(seconds(1), null)).withMessage("timeSource");
		assertThatNullPointerException().isThrownBy(() -> deadline.isBefore(null)).withMessage("other");
		assertThatNullPointerException().isThrownBy(() -> Deadline.earlierOf(null, deadline)).withMessage("a");
	}

}
