package io.cancelscope.group;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A race that something around it ends: a deadline, a cancellation, an interrupt.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupRaceEndTests {

	private static final ScopeOptions QUOTE = ScopeOptions.named("quote");

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final RaceTrack track = new RaceTrack();

	@AfterEach
	void everythingHasEnded() throws InterruptedException {
		this.track.awaitEnd();
	}

	@Test
	void deadlineOfTheRaceIsItsExceptionWithTheFailuresSuppressed() throws Exception {
		CountDownLatch begun = new CountDownLatch(2);
		IllegalStateException down = new IllegalStateException("down");
		this.track.whenBegun(begun, () -> this.track.time.advance(SECOND));

		Throwable thrown = catchThrowable(
				() -> TaskGroup.race(this.track.scopes, QUOTE.withTimeout(SECOND), this.track.executor, List.of(() -> {
					begun.countDown();
					throw down;
				}, () -> this.track.lose(begun))));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quote' (1s) exceeded its deadline");
		assertThat(thrown.getSuppressed()).containsExactly(down);
	}

	@Test
	void whatTasksThrowBecauseTheyWereStoppedDoesNotHideTheDeadline() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		this.track.whenBegun(begun, () -> this.track.time.advance(SECOND));

		Throwable thrown = catchThrowable(() -> this.track.race(QUOTE.withTimeout(SECOND), () -> {
			catchThrowable(() -> this.track.lose(begun));
			throw new IOException("socket closed");
		}));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(List.of(thrown.getSuppressed())).singleElement().isInstanceOf(IOException.class);
	}

	@Test
	void valueThatComesAfterTheDeadlineIsReturned() throws Exception {
		Callable<String> late = () -> {
			this.track.time.advance(SECOND);
			assertThat(CancelScope.current().isCancelled()).isTrue();
			return "late";
		};
		ScopeOptions budget = QUOTE.withTimeout(SECOND);

		assertThat(this.track.race(budget, late)).isEqualTo("late");
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.track.race(budget.checkOnExit(), late));
	}

	@Test
	void raceInsideACancelledScopeStartsNothing() {
		this.track.scopes.run(ScopeOptions.named("outer"), (outer) -> {
			outer.cancel("all of it");

			Throwable thrown = catchThrowable(() -> this.track.race(QUOTE, () -> {
				this.track.stopped.add("started");
				return "never";
			}));

			assertThat(thrown).hasMessage("scope 'quote' was cancelled, along with 'outer': all of it");
			assertThat(this.track.stopped.words()).isEmpty();
		});
	}

	@Test
	void taskThatCancelsItsGroupEndsTheRace() {
		Throwable thrown = catchThrowable(() -> this.track.race(QUOTE, () -> {
			CancelScope.current().details().parent().cancel("found a fault");
			CancelScope.current().check();
			return "never";
		}));

		assertThat(thrown).hasMessage("scope 'quote' was cancelled: found a fault");
	}

	@Test
	void winInABubblingScopeCancelsNothingAround() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		this.track.scopes.<InterruptedException>run(ScopeOptions.named("outer").bubble(), (outer) -> {
			String won = this.track.race(QUOTE.bubble(), () -> this.track.lose(begun), () -> {
				begun.await();
				return "won";
			});

			assertThat(won).isEqualTo("won");
			assertThat(outer.isCancelled()).isFalse();
			assertThat(this.track.stopped.words()).singleElement().asString().contains("another task won the race");
		});
	}

	@Test
	void cancellationAroundReachesARaceInABubblingScope() {
		CountDownLatch begun = new CountDownLatch(1);
		Throwable thrown = catchThrowable(() -> this.track.scopes
			.<InterruptedException>run(ScopeOptions.named("outer").bubble().interrupt(), (outer) -> {
				this.track.whenBegun(begun, () -> outer.cancel("all of it"));
				this.track.race(QUOTE, () -> this.track.lose(begun));
			}));

		assertThat(thrown).hasMessage("scope 'quote' was cancelled, along with 'outer': all of it");
		assertThat(this.track.stopped.words()).singleElement().asString().contains("all of it");
	}

	@Test
	void deadlineAroundIsThatOfTheTasksInABubblingScope() throws Exception {
		this.track.scopes.<InterruptedException>run(
				ScopeOptions.named("outer").withTimeout(Duration.ofSeconds(2)).bubble(), (outer) -> {
					String left = this.track.race(QUOTE,
							() -> CancelScope.current().remaining().orElseThrow().toString());

					assertThat(left).isEqualTo("PT2S");
				});
	}

	@Test
	void deadlineOfABubblingScopeOnAnotherTimeStopsTheTasks() {
		CountDownLatch begun = new CountDownLatch(1);
		ManualTime another = new ManualTime(1000);
		Throwable thrown = catchThrowable(() -> another.scopes()
			.<InterruptedException>run(ScopeOptions.named("outer").withTimeout(SECOND).bubble(), (outer) -> {
				this.track.whenBegun(begun, () -> another.advance(SECOND));
				this.track.race(QUOTE, () -> this.track.lose(begun));
			}));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'quote' exceeded its deadline, set by 'outer'");
		assertThat(this.track.stopped.words()).singleElement().asString().contains("used up");
	}

	@Test
	void failureOfARaceInABubblingScopeClimbs() {
		Throwable thrown = catchThrowable(
				() -> this.track.scopes.<InterruptedException>run(ScopeOptions.named("outer").bubble(), (outer) -> {
					Throwable failed = catchThrowable(() -> this.track.race(QUOTE, () -> {
						throw new IllegalStateException("down");
					}));
					assertThat(failed).hasMessage("down");
					outer.check();
				}));

		assertThat(thrown)
			.hasMessageStartingWith("scope 'outer' was cancelled, along with 'quote': the operation failed with");
	}

	@Test
	void foreignInterruptCancelsTheTasksAndIsThrown() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Thread racing = Thread.currentThread();
		this.track.whenBegun(begun, racing::interrupt);

		assertThatExceptionOfType(InterruptedException.class)
			.isThrownBy(() -> this.track.race(QUOTE, () -> this.track.lose(begun)))
			.withMessage("Interrupted while waiting for the tasks of 'quote', which were cancelled");

		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(this.track.stopped.words()).hasSize(1);
	}

	@Test
	void valueInSpiteOfAForeignInterruptIsReturnedWithTheFlagSet() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Thread racing = Thread.currentThread();
		this.track.whenBegun(begun, racing::interrupt);

		String won = this.track.race(QUOTE, () -> {
			catchThrowable(() -> this.track.lose(begun));
			return "won";
		});

		assertThat(won).isEqualTo("won");
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void interruptOfTheRaceItselfLeavesNoFlag() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		this.track.whenBegun(begun, () -> this.track.time.advance(SECOND));

		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.track.race(QUOTE.withTimeout(SECOND).interrupt(), () -> {
				begun.countDown();
				new CountDownLatch(1).await();
				return "never";
			}));

		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

}
