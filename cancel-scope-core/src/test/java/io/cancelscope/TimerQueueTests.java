package io.cancelscope;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The heap of the timer beside a list that is sorted anew each time.
 */
class TimerQueueTests {

	private final TimerQueue queue = new TimerQueue();

	private static TimerQueue.Entry entry(long due) {
		return new TimerQueue.Entry(due);
	}

	private TimerQueue.Entry add(long due) {
		TimerQueue.Entry entry = entry(due);
		this.queue.add(entry);
		return entry;
	}

	private List<Long> drain(long origin) {
		List<Long> dues = new ArrayList<>();
		for (TimerQueue.Entry first = this.queue.first(); first != null; first = this.queue.first()) {
			this.queue.remove(first);
			dues.add(first.due - origin);
		}
		return dues;
	}

	@Test
	void emptyQueueHasNoFirst() {
		assertThat(this.queue.first()).isNull();
		assertThat(this.queue.size()).isZero();
	}

	@Test
	void earliestEntryIsTheFirst() {
		add(30);
		add(10);
		add(20);

		assertThat(this.queue.size()).isEqualTo(3);
		assertThat(drain(0)).containsExactly(10L, 20L, 30L);
		assertThat(this.queue.size()).isZero();
	}

	@Test
	void ofEntriesDueTogetherTheOneAddedFirstStaysInFront() {
		TimerQueue.Entry first = add(10);
		add(10);
		add(10);

		assertThat(this.queue.first()).isSameAs(first);
	}

	@Test
	void entryLeavesOnceAndCanComeBack() {
		TimerQueue.Entry entry = add(10);
		add(20);

		assertThat(this.queue.remove(entry)).isTrue();
		assertThat(this.queue.remove(entry)).isFalse();
		assertThat(this.queue.size()).isEqualTo(1);
		this.queue.add(entry);

		assertThat(drain(0)).containsExactly(10L, 20L);
	}

	@Test
	void entryThatWasNeverAddedIsNotRemoved() {
		add(10);

		assertThat(this.queue.remove(entry(10))).isFalse();

		assertThat(this.queue.size()).isEqualTo(1);
	}

	@Test
	void lastEntryLeavesWithoutMovingAnother() {
		add(10);
		TimerQueue.Entry last = add(20);

		this.queue.remove(last);

		assertThat(drain(0)).containsExactly(10L);
	}

	@Test
	void removedEntryIsReplacedByOneThatMustClimb() {
		// 1 -> (100, 2), 100 -> (101, 102), 2 -> (3): the 3 takes the place of 101.
		add(1);
		add(100);
		add(2);
		TimerQueue.Entry deep = add(101);
		add(102);
		add(3);

		this.queue.remove(deep);

		assertThat(drain(0)).containsExactly(1L, 2L, 3L, 100L, 102L);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE - 500, Long.MIN_VALUE + 500 })
	void queueKeepsOrderWhateverComesAndGoes(long origin) {
		Random random = new Random(origin);
		List<TimerQueue.Entry> sorted = new ArrayList<>();
		for (int i = 0; i < 4000; i++) {
			boolean grows = (i / 500) % 2 == 0;
			if (sorted.isEmpty() || random.nextInt(10) < (grows ? 8 : 3)) {
				sorted.add(add(origin + random.nextInt(1000)));
				sorted.sort(Comparator.comparingLong((entry) -> entry.due - origin));
			}
			else {
				this.queue.remove(sorted.remove(random.nextInt(sorted.size())));
			}
			assertFirstOf(sorted);
		}

		assertThat(drain(origin)).isSorted().hasSameSizeAs(sorted);
	}

	private void assertFirstOf(List<TimerQueue.Entry> sorted) {
		assertThat(this.queue.size()).isEqualTo(sorted.size());
		TimerQueue.Entry first = this.queue.first();
		if (sorted.isEmpty()) {
			assertThat(first).isNull();
		}
		else {
			assertThat(first).isNotNull();
			assertThat(first.due).isEqualTo(sorted.get(0).due);
		}
	}

}
