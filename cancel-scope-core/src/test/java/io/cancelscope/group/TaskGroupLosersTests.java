package io.cancelscope.group;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What comes too late in a race of tasks, and changes nothing.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupLosersTests {

	private static final ScopeOptions QUOTE = ScopeOptions.named("quote");

	private final RaceTrack track = new RaceTrack();

	@AfterEach
	void everythingHasEnded() throws InterruptedException {
		this.track.awaitEnd();
	}

	@Test
	void valueOfALoserThatGoesOnIsDiscarded() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);

		String won = this.track.race(QUOTE, () -> {
			catchThrowable(() -> this.track.lose(begun));
			return "second";
		}, () -> {
			begun.await();
			return "won";
		});

		assertThat(won).isEqualTo("won");
		assertThat(this.track.stopped.words()).hasSize(1);
	}

	@Test
	void deadlineAfterTheLastFailureHidesNoFailure() {
		IllegalStateException first = new IllegalStateException("first");
		IllegalStateException second = new IllegalStateException("second");
		Duration limit = Duration.ofSeconds(1);
		List<Callable<String>> failing = List.of(() -> {
			throw first;
		}, () -> {
			throw second;
		});
		int[] ended = new int[1];

		Throwable thrown = catchThrowable(() -> TaskGroup.race(this.track.scopes, QUOTE.withTimeout(limit), (task) -> {
			task.run();
			if (++ended[0] == 2) {
				this.track.time.advance(limit);
			}
		}, failing));

		assertThat(thrown).isSameAs(first);
		assertThat(first.getSuppressed()).containsExactly(second);
	}

	@Test
	void foreignInterruptOfARaceInABubblingScopeIsThrown() {
		CountDownLatch begun = new CountDownLatch(1);
		Thread racing = Thread.currentThread();
		this.track.whenBegun(begun, racing::interrupt);

		Throwable thrown = catchThrowable(() -> this.track.race(QUOTE.bubble(), () -> this.track.lose(begun)));

		assertThat(thrown).isInstanceOf(InterruptedException.class);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

}
