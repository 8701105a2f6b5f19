package io.cancelscope.spring;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The median of calls, some of which were stopped before they had come to their end.
 */
class RecentCallsTests {

	private final RecentCalls calls = new RecentCalls();

	@Test
	void fewCallsHaveNoMedian() {
		add(RecentCalls.LEAST - 1, 100, false);
		assertThat(this.calls.median(0)).isZero();

		add(1, 100, false);
		assertThat(this.calls.median(0)).isEqualTo(100);
	}

	@Test
	void halfOfTheCallsTakeNoLonger() {
		add(10, 100, false);
		add(10, 300, false);
		assertThat(this.calls.median(0)).isEqualTo(100);

		add(1, 300, false);
		assertThat(this.calls.median(0)).isEqualTo(300);
	}

	@Test
	void stoppedCallsDoNotLeaveTheQuickOnesAlone() {
		add(8, 50, false);
		add(12, 200, true);
		assertThat(this.calls.median(0)).as("12 of 20 take longer than 200").isEqualTo(201);
	}

	@Test
	void callsThatWereStoppedEarlyCountLikeThoseThatTookLonger() {
		add(10, 10, true);
		add(15, 100, false);
		add(5, 300, false);
		assertThat(this.calls.median(0)).isEqualTo(100);

		add(11, 300, false);
		assertThat(this.calls.median(0)).as("15 of 31").isEqualTo(300);
	}

	@Test
	void callWithoutATimeCounts() {
		add(RecentCalls.LEAST, 0, false);
		assertThat(this.calls.median(0)).isOne();
	}

	@Test
	void olderCallsAreReplaced() {
		add(RecentCalls.MOST, 100, false);
		add(RecentCalls.MOST / 2, 300, false);
		assertThat(this.calls.median(0)).isEqualTo(100);

		add(1, 300, false);
		assertThat(this.calls.median(0)).isEqualTo(300);
	}

	@Test
	void oldCallsAreForgotten() {
		add(RecentCalls.LEAST, 100, false);
		assertThat(this.calls.median(RecentCalls.AGE_NANOS)).isEqualTo(100);
		assertThat(this.calls.median(RecentCalls.AGE_NANOS + 1)).isZero();
	}

	private void add(int times, long nanos, boolean stopped) {
		for (int i = 0; i < times; i++) {
			this.calls.add(0, nanos, stopped);
		}
	}

}
