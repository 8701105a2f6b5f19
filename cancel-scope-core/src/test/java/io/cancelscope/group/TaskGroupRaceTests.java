package io.cancelscope.group;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;

import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * TG-09: the first task to succeed wins, the others are cancelled and waited for.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupRaceTests {

	private static final ScopeOptions QUOTE = ScopeOptions.named("quote");

	private final RaceTrack track = new RaceTrack();

	@AfterEach
	void everythingHasEnded() throws InterruptedException {
		this.track.awaitEnd();
	}

	@Test
	void firstSuccessWinsAndTheOthersAreCancelledAndWaitedFor() throws Exception {
		CountDownLatch begun = new CountDownLatch(2);

		String won = this.track.race(QUOTE, () -> this.track.lose(begun), () -> {
			begun.await();
			return "won";
		}, () -> this.track.lose(begun));

		assertThat(won).isEqualTo("won");
		String stopped = "scope 'quote task' was cancelled, along with 'quote': another task won the race";
		assertThat(this.track.stopped.words()).containsExactly(stopped, stopped);
	}

	@Test
	void losersAreInterruptedIfTheOptionsSaySo() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);

		String won = this.track.race(QUOTE.interrupt(), () -> {
			begun.countDown();
			try {
				new CountDownLatch(1).await();
			}
			finally {
				this.track.stopped.add("interrupted");
			}
			return "never";
		}, () -> {
			begun.await();
			return "won";
		});

		assertThat(won).isEqualTo("won");
		assertThat(this.track.stopped.words()).containsExactly("interrupted");
	}

	@Test
	void failureDoesNotEndTheRace() throws Exception {
		CountDownLatch failed = new CountDownLatch(1);

		String won = this.track.race(QUOTE, () -> {
			failed.countDown();
			throw new IllegalStateException("down");
		}, () -> {
			failed.await();
			return "won";
		});

		assertThat(won).isEqualTo("won");
	}

	@Test
	void nullIsASuccess() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);

		assertThat(this.track.race(QUOTE, () -> {
			begun.await();
			return null;
		}, () -> this.track.lose(begun))).isNull();
	}

	@Test
	void ifAllFailTheFirstFailureIsThrownWithTheOthersSuppressed() {
		IllegalStateException first = new IllegalStateException("first");
		IOException second = new IOException("second");
		CountDownLatch failed = new CountDownLatch(1);

		Throwable thrown = catchThrowable(() -> TaskGroup.race(this.track.scopes, QUOTE, Runnable::run, List.of(() -> {
			failed.countDown();
			throw first;
		}, () -> {
			failed.await();
			throw second;
		})));

		assertThat(thrown).isSameAs(first);
		assertThat(first.getSuppressed()).containsExactly(second);
	}

	@Test
	void checkedFailureIsTheCauseOfACompletionException() {
		IOException first = new IOException("disk");
		IllegalStateException second = new IllegalStateException("second");

		Throwable thrown = catchThrowable(() -> TaskGroup.race(this.track.scopes, QUOTE, Runnable::run, List.of(() -> {
			throw first;
		}, () -> {
			throw second;
		})));

		assertThat(thrown).isExactlyInstanceOf(CompletionException.class)
			.hasMessage("A task of 'quote' failed: disk")
			.hasCause(first);
		assertThat(first.getSuppressed()).containsExactly(second);
	}

	@Test
	void oneFailureThrownByAllTasksIsNotSuppressedInItself() {
		IllegalStateException shared = new IllegalStateException("shared");
		Callable<String> failing = () -> {
			throw shared;
		};

		assertThatIllegalStateException().isThrownBy(() -> this.track.race(QUOTE, failing, failing)).isSameAs(shared);

		assertThat(shared.getSuppressed()).isEmpty();
	}

	@Test
	void budgetOfOneTaskThatIsUsedUpIsAFailureOfThatTask() throws Exception {
		String won = TaskGroup.race(this.track.scopes, QUOTE, Runnable::run,
				List.of(() -> this.track.scopes.call(ScopeOptions.timeout(Duration.ZERO), (scope) -> {
					scope.check();
					return "never";
				}), () -> "won"));

		assertThat(won).isEqualTo("won");
	}

	@Test
	void winIsNoCancellationOfTheRaceItself() throws Exception {
		assertThat(this.track.race(QUOTE.checkOnExit(), () -> "won")).isEqualTo("won");
	}

	@Test
	void taskThatNeedsNoThreadWhenTheRaceIsWonIsNotStarted() throws Exception {
		Trail started = new Trail();

		String won = TaskGroup.race(this.track.scopes, QUOTE, Runnable::run, List.of(() -> "won", () -> {
			started.add("second");
			return "second";
		}));

		assertThat(won).isEqualTo("won");
		assertThat(started.words()).isEmpty();
	}

	@Test
	void taskThatStillWaitsForAThreadKeepsNobodyWaiting() throws Exception {
		Deque<Runnable> queue = new ArrayDeque<>();
		CountDownLatch queued = new CountDownLatch(1);

		String won = TaskGroup.race(this.track.scopes, QUOTE, (task) -> {
			if (queue.isEmpty() && queued.getCount() == 1) {
				this.track.executor.execute(task);
				queue.add(() -> {
				});
			}
			else {
				queue.add(task);
				queued.countDown();
			}
		}, List.of(() -> {
			queued.await();
			return "won";
		}, () -> "never"));

		assertThat(won).isEqualTo("won");
		assertThat(queue).hasSize(2);
	}

	@Test
	void rejectedTaskEndsTheRace() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		int[] submitted = new int[1];

		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> TaskGroup.race(this.track.scopes, QUOTE, (task) -> {
				if (submitted[0]++ > 0) {
					throw new RejectedExecutionException("full");
				}
				this.track.executor.execute(task);
			}, List.of(() -> this.track.lose(begun), () -> "never")));

		assertThat(this.track.stopped.words()).hasSizeLessThanOrEqualTo(1);
	}

	@Test
	void losersLogNothing() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		try (LogTrail log = new LogTrail()) {
			this.track.race(QUOTE, () -> {
				catchThrowable(() -> this.track.lose(begun));
				throw new IllegalStateException("while cleaning up");
			}, () -> {
				begun.await();
				return "won";
			});

			assertThat(log.lines()).isEmpty();
		}
	}

	@Test
	void wrongArgumentsAreNamed() {
		List<Callable<String>> withNull = Arrays.asList(() -> "value", null);

		assertThatIllegalArgumentException().isThrownBy(() -> this.track.race(QUOTE))
			.withMessage("The tasks of a race must not be empty, but there were 0. Pass at least one task.");
		assertThatNullPointerException()
			.isThrownBy(() -> TaskGroup.race(this.track.scopes, QUOTE, this.track.executor, withNull))
			.withMessage("tasks[1]");
		assertThatNullPointerException()
			.isThrownBy(() -> TaskGroup.race(this.track.scopes, QUOTE, this.track.executor, null))
			.withMessage("tasks");
		assertThatNullPointerException().isThrownBy(() -> TaskGroup.race(this.track.scopes, QUOTE, null, List.of()))
			.withMessage("executor");
		assertThatNullPointerException()
			.isThrownBy(() -> TaskGroup.race(this.track.scopes, null, this.track.executor, List.of()))
			.withMessage("options");
		assertThatNullPointerException().isThrownBy(() -> TaskGroup.race(null, QUOTE, this.track.executor, List.of()))
			.withMessage("scopes");
	}

	@Test
	void manyRacesHaveOneWinnerEach() throws Exception {
		for (int i = 0; i < 500; i++) {
			String won = this.track.race(QUOTE.interrupt(), () -> "one", () -> "two", () -> "three");

			assertThat(won).isIn("one", "two", "three");
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
	}

}
