package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is remembered of calls, and for how long.
 */
class CallWindowTests {

	private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

	private final AtomicInteger turned = new AtomicInteger();

	private final CallWindow window = new CallWindow(Duration.ofHours(1), this.turned::incrementAndGet);

	@Test
	void callsAreForgottenAQuarterOfTheWindowAtATime() {
		completeAt(0, 10);
		completeAt(16 * MINUTE, 20);

		assertThat(this.window.sum(59 * MINUTE).completed()).isEqualTo(2);
		assertThat(this.window.sum(61 * MINUTE).completed()).isEqualTo(1);
		assertThat(this.window.sum(76 * MINUTE).completed()).isZero();
	}

	@Test
	void oldPartMakesRoomForANewOne() {
		completeAt(0, 10);
		completeAt(60 * MINUTE, 20);

		Calls.Sum sum = this.window.sum(60 * MINUTE);

		assertThat(sum.completed()).isEqualTo(1);
		assertThat(sum.durations.getMaxValue()).isBetween(20_000L, 20_200L);
	}

	@Test
	void partThatBeginsIsTold() {
		completeAt(0, 10);
		assertThat(this.turned).as("nothing is known before the first").hasValue(0);
		completeAt(16 * MINUTE, 20);
		completeAt(17 * MINUTE, 20);
		assertThat(this.turned).hasValue(1);
		completeAt(200 * MINUTE, 20);

		assertThat(this.turned).hasValue(2);
	}

	@Test
	void clockMayBeNegative() {
		completeAt(-61 * MINUTE, 10);
		completeAt(-1 * MINUTE, 10);

		assertThat(this.window.sum(1).completed()).isEqualTo(1);
	}

	@Test
	void callThatEndedBeforeThePartBeganIsCountedInIt() {
		completeAt(75 * MINUTE, 10);

		completeAt(16 * MINUTE, 10);

		assertThat(this.window.sum(75 * MINUTE).completed()).isEqualTo(2);
	}

	@Test
	void valuesOutOfRangeCountAsTheLast() {
		this.window.at(0).completed(Duration.ofDays(400).toNanos(), 1);

		Calls.Sum sum = this.window.sum(0);

		assertThat(sum.completed()).isEqualTo(1);
		assertThat(sum.durations.getMaxValue()).isGreaterThanOrEqualTo(3_600_000_000L);
		assertThat(sum.shares.getMaxValue()).isGreaterThanOrEqualTo(100_000);
	}

	@Test
	void sharesFollowFromTheUsualBudget() {
		completeAt(0, 200, 800);
		completeAt(1, 600, 800);
		completeAt(2, 400, 800);

		Calls.Sum sum = this.window.sum(2);

		assertThat(sum.durations.getTotalCount()).isEqualTo(3);
		assertThat(sum.shares.getTotalCount()).isEqualTo(3);
		assertThat(sum.shares.getMinValue()).isBetween(245L, 255L);
		assertThat(sum.shares.getValueAtPercentile(50)).isBetween(495L, 505L);
		assertThat(sum.shares.getMaxValue()).isBetween(742L, 758L);
	}

	@Test
	void callsWithOtherBudgetsHaveTheirOwnShares() {
		completeAt(0, 200, 800);
		completeAt(1, 200, 400);
		completeAt(2, 200, 0);
		completeAt(3, 200, 250);

		Calls.Sum sum = this.window.sum(3);

		assertThat(sum.completed()).isEqualTo(4);
		assertThat(sum.shares.getTotalCount()).as("one has no budget").isEqualTo(3);
		assertThat(sum.shares.getMinValue()).isBetween(245L, 255L);
		assertThat(sum.shares.getValueAtPercentile(50)).isBetween(495L, 505L);
		assertThat(sum.shares.getMaxValue()).isBetween(792L, 808L);
	}

	@Test
	void whereTheFirstCallHasNoBudgetThoseWithOneHaveShares() {
		completeAt(0, 200, 0);
		completeAt(1, 200, 0);
		completeAt(2, 200, 400);

		Calls.Sum sum = this.window.sum(2);

		assertThat(sum.completed()).isEqualTo(3);
		assertThat(sum.shares.getTotalCount()).isEqualTo(1);
		assertThat(sum.shares.getMaxValue()).isBetween(495L, 505L);
	}

	/** Race: many threads find that a part is too old, and put theirs in its place. */
	@Test
	void noCallIsLostWhereThreadsMeetAtANewPart() throws Exception {
		int threads = 2;
		int rounds = 100;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < rounds; round++) {
				long now = round * 15 * MINUTE;
				CountDownLatch ready = new CountDownLatch(threads);
				CountDownLatch done = new CountDownLatch(threads);
				for (int i = 0; i < threads; i++) {
					executor.execute(() -> {
						ready.countDown();
						while (ready.getCount() > 0) {
							Thread.onSpinWait();
						}
						this.window.at(now).stopped();
						done.countDown();
					});
				}
				assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
				assertThat(this.window.sum(now).stopped).isEqualTo((long) threads * Math.min(round + 1, 4));
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private void completeAt(long now, int millis) {
		completeAt(now, millis, 0);
	}

	private void completeAt(long now, int millis, int budgetMillis) {
		this.window.at(now)
			.completed(TimeUnit.MILLISECONDS.toNanos(millis), TimeUnit.MILLISECONDS.toNanos(budgetMillis));
	}

}
