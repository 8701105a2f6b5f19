package io.cancelscope;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of the timer's queues, and what it knows of the thread that looks at it.
 */
class TimerLaneTests {

	private static final long HOUR = TimeUnit.HOURS.toNanos(1);

	private final TimerLane lane = new TimerLane();

	private final long now = System.nanoTime();

	private TimerQueue.Entry entry(long hours) {
		return new TimerQueue.Entry(this.now + hours * HOUR);
	}

	@Test
	void firstEntryNeedsAThread() {
		TimerQueue.Entry entry = entry(1);

		assertThat(this.lane.add(entry)).isTrue();

		assertThat(this.lane.looksAt()).isEqualTo(entry.due);
		assertThat(this.lane.first()).isSameAs(entry);
		assertThat(this.lane.size()).isEqualTo(1);
	}

	@Test
	void entryThatIsDueBeforeTheThreadLooksNeedsIt() {
		this.lane.add(entry(2));

		assertThat(this.lane.add(entry(1))).isTrue();
	}

	@Test
	void entryThatIsDueWhenTheThreadLooksAnywayDoesNotNeedIt() {
		this.lane.add(entry(2));

		assertThat(this.lane.add(entry(2))).isFalse();
		assertThat(this.lane.add(entry(3))).isFalse();

		assertThat(this.lane.size()).isEqualTo(3);
	}

	@Test
	void removedEntryIsNotThereASecondTime() {
		TimerQueue.Entry entry = entry(1);
		this.lane.add(entry);

		assertThat(this.lane.remove(entry)).isTrue();
		assertThat(this.lane.remove(entry)).isFalse();

		assertThat(this.lane.size()).isZero();
		assertThat(this.lane.first()).isNull();
	}

	@Test
	void entryThatIsTakenAwayBeforeItComesDoesNotComeIn() {
		TimerQueue.Entry entry = entry(1);

		assertThat(this.lane.remove(entry)).isFalse();

		assertThat(this.lane.add(entry)).isFalse();
		assertThat(this.lane.size()).isZero();
	}

	@Test
	void threadDoesNotSleepLongerThanUntilTheFirstEntry() {
		TimerQueue.Entry entry = entry(1);
		this.lane.add(entry);

		assertThat(this.lane.sleepUntil(entry.due + 1)).isFalse();
		assertThat(this.lane.looksAt()).isEqualTo(entry.due);
		assertThat(this.lane.sleepUntil(entry.due)).isTrue();
		assertThat(this.lane.sleepUntil(entry.due - 1)).isTrue();

		assertThat(this.lane.looksAt()).isEqualTo(entry.due - 1);
	}

	@Test
	void threadSleepsAsLongAsItLikesWhereNothingWaits() {
		assertThat(this.lane.sleepUntil(this.now + HOUR)).isTrue();

		assertThat(this.lane.looksAt()).isEqualTo(this.now + HOUR);
	}

	@Test
	void threadDoesNotEndWhereSomethingWaits() {
		TimerQueue.Entry entry = entry(1);
		this.lane.add(entry);

		assertThat(this.lane.leave()).isFalse();
		this.lane.remove(entry);
		assertThat(this.lane.leave()).isTrue();
	}

	@Test
	void anyEntryNeedsAThreadWhereTheLastOneHasEnded() {
		this.lane.sleepUntil(this.now);
		this.lane.leave();

		assertThat(this.lane.looksAt() - this.now).isGreaterThan(1000 * HOUR);
		assertThat(this.lane.add(entry(100))).isTrue();
	}

	@Test
	void laneIsFreeForOtherThreadsAfterEachCall() throws Exception {
		TimerQueue.Entry entry = entry(1);
		List<Runnable> calls = List.of(() -> this.lane.add(entry), this.lane::first, this.lane::looksAt,
				() -> this.lane.sleepUntil(this.now), this.lane::leave, this.lane::size, () -> this.lane.remove(entry));
		for (Runnable call : calls) {
			call.run();

			assertThat(Patience.ends(Patience.start(this.lane::size))).isTrue();
		}
	}

}
