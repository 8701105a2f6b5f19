package io.cancelscope.group;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@code joinUntilDeadline}: at the deadline the rest is cancelled, what is done stays.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupDeadlineTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final ScopeOptions TRIP = ScopeOptions.named("trip").withTimeout(SECOND);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	@AfterEach
	void noTimerIsLeft() {
		assertThat(this.time.pending()).isZero();
	}

	private TaskGroup open(ScopeOptions options) {
		return TaskGroup.open(this.scopes, options);
	}

	/** Waits until it is cancelled, and then checks. */
	private static Object blockUntilCancelled(CountDownLatch begun) throws InterruptedException {
		CountDownLatch cancelled = new CountDownLatch(1);
		CancelScope.current().onCancel((reason) -> cancelled.countDown());
		begun.countDown();
		assertThat(cancelled.await(20, TimeUnit.SECONDS)).isTrue();
		CancelScope.current().check();
		return "never";
	}

	@Test
	void groupThatEndsInTimeReturnsTrue() throws Exception {
		try (TaskGroup group = open(TRIP)) {
			Future<String> fare = group.fork(() -> "fare");

			assertThat(group.joinUntilDeadline()).isTrue();
			assertThat(fare.get()).isEqualTo("fare");
		}
	}

	@Test
	void atTheDeadlineTheRestIsCancelledAndTheValuesStay() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Future<String> fare;
		Future<Object> seat;
		try (TaskGroup group = open(TRIP)) {
			fare = group.fork(() -> "fare");
			seat = group.fork(() -> blockUntilCancelled(begun));
			assertThat(fare.get()).isEqualTo("fare");
			begun.await();

			this.time.advance(SECOND);

			assertThat(group.joinUntilDeadline()).isFalse();
			assertThat(seat.isDone()).isTrue();
			assertThat(group.scope().isCancelled()).isTrue();
		}
		assertThat(fare.get()).isEqualTo("fare");
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(seat::get)
			.withCauseInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void waitThatIsOnWhenTheDeadlinePassesEnds() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Thread joining = Thread.currentThread();
		Thread advancing = new Thread(() -> {
			while (joining.getState() != Thread.State.WAITING) {
				Thread.onSpinWait();
			}
			this.time.advance(SECOND);
		});
		try (TaskGroup group = open(TRIP.interrupt())) {
			group.fork(() -> blockUntilCancelled(begun));
			begun.await();
			advancing.start();

			assertThat(group.joinUntilDeadline()).isFalse();
		}
		advancing.join();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void groupThatEndedInTimeAndIsJoinedLateReturnsTrue() throws Exception {
		try (TaskGroup group = open(TRIP)) {
			Future<String> fare = group.fork(() -> "fare");
			fare.get();

			this.time.advance(SECOND);

			assertThat(group.joinUntilDeadline()).isTrue();
			assertThat(fare.get()).isEqualTo("fare");
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(group::join);
		}
	}

	@Test
	void groupWithoutADeadlineWaitsForAll() throws Exception {
		try (TaskGroup group = open(ScopeOptions.named("trip"))) {
			Future<String> fare = group.fork(() -> "fare");

			assertThat(group.joinUntilDeadline()).isTrue();
			assertThat(fare.isDone()).isTrue();
		}
		try (TaskGroup empty = open(TRIP)) {
			assertThat(empty.joinUntilDeadline()).isTrue();
		}
	}

	@Test
	void valueThatComesLateStaysAndTheAnswerIsFalse() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		try (TaskGroup group = open(TRIP)) {
			Future<String> stubborn = group.fork(() -> {
				begun.countDown();
				release.await();
				return "late";
			});
			begun.await();
			this.time.advance(SECOND);
			release.countDown();

			assertThat(group.joinUntilDeadline()).isFalse();
			assertThat(stubborn.get()).isEqualTo("late");
		}
	}

	@Test
	void taskThatHadNoThreadIsNotStartedAndTheAnswerIsFalse() throws Exception {
		Deque<Runnable> queue = new ArrayDeque<>();
		try (TaskGroup group = TaskGroup.open(this.scopes, TRIP, queue::add)) {
			Future<String> queued = group.fork(() -> "never");
			this.time.advance(SECOND);

			assertThat(group.joinUntilDeadline()).isFalse();
			assertThat(queued.isCancelled()).isTrue();
			assertThat(queue).hasSize(1);
		}
	}

	@Test
	void taskForkedAfterTheDeadlineMakesTheAnswerFalse() throws Exception {
		try (TaskGroup group = open(TRIP)) {
			this.time.advance(SECOND);
			Future<String> late = group.fork(() -> "never");

			assertThat(group.joinUntilDeadline()).isFalse();
			assertThat(late.isCancelled()).isTrue();
		}
	}

	@Test
	void budgetThatIsUsedUpFromTheStartIsADeadlineToo() throws Exception {
		try (TaskGroup group = open(TRIP.withTimeout(Duration.ZERO))) {
			group.fork(() -> "never");

			assertThat(group.joinUntilDeadline()).isFalse();
		}
	}

	@Test
	void failureOfATaskIsThrownAsByJoin() {
		try (TaskGroup group = open(TRIP)) {
			group.fork(() -> {
				throw new IllegalStateException("broken");
			});
			assertThatIllegalStateException().isThrownBy(group::joinUntilDeadline).withMessage("broken");
		}
		try (TaskGroup group = open(TRIP)) {
			group.fork(() -> {
				throw new IOException("disk");
			});
			assertThatExceptionOfType(CompletionException.class).isThrownBy(group::joinUntilDeadline)
				.withCauseExactlyInstanceOf(IOException.class);
		}
	}

	@Test
	void failureBeforeTheDeadlineIsThrownAlsoAfterIt() throws Exception {
		try (TaskGroup group = open(TRIP)) {
			Future<?> failed = group.fork(() -> {
				throw new IllegalStateException("broken");
			});
			while (!failed.isDone()) {
				Thread.onSpinWait();
			}
			this.time.advance(SECOND);

			assertThatIllegalStateException().isThrownBy(group::joinUntilDeadline).withMessage("broken");
		}
	}

	@Test
	void groupCancelledByHandThrowsItsException() {
		try (TaskGroup group = open(TRIP)) {
			group.fork(() -> group.scope().cancel("found it"));

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(group::joinUntilDeadline)
				.withMessage("scope 'trip' (1s) was cancelled: found it");
		}
	}

	@Test
	void deadlineOfAScopeAroundIsThrown() {
		this.scopes.run(ScopeOptions.named("outer").withTimeout(SECOND), (outer) -> {
			try (TaskGroup group = open(TRIP.withTimeout(Duration.ofSeconds(5)))) {
				this.time.advance(SECOND);

				assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(group::joinUntilDeadline)
					.withMessage("scope 'trip' (5s) exceeded its deadline, set by 'outer'");
			}
		});
	}

	@Test
	void scopeAroundThatIsCancelledAsWellDecides() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer")); TaskGroup group = open(TRIP)) {
			group.fork(() -> "fare");
			this.time.advance(SECOND);
			outer.cancel("all of it");

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(group::joinUntilDeadline)
				.withMessage("scope 'trip' (1s) exceeded its deadline");
		}
	}

	@Test
	void deadlineIsRecognisedBehindAnExceptionFactory() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		try (TaskGroup group = open(TRIP.exception((reason) -> new IllegalStateException("too late")))) {
			group.fork(() -> blockUntilCancelled(begun));
			begun.await();
			this.time.advance(SECOND);

			assertThat(group.joinUntilDeadline()).isFalse();
		}
	}

	@Test
	void foreignInterruptCancelsTheTasksAndIsThrown() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		try (TaskGroup group = open(TRIP)) {
			Future<Object> task = group.fork(() -> blockUntilCancelled(begun));
			begun.await();
			Thread.currentThread().interrupt();

			assertThatExceptionOfType(InterruptedException.class).isThrownBy(group::joinUntilDeadline);
			assertThat(task.isDone()).isTrue();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
	}

	@Test
	void interruptOfTheGroupItselfIsGoneWhenItIsClosed() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Future<String> fare;
		boolean complete;
		try (TaskGroup group = open(TRIP.interrupt())) {
			fare = group.fork(() -> "fare");
			fare.get();
			group.fork(() -> {
				begun.countDown();
				new CountDownLatch(1).await();
				return null;
			});
			begun.await();
			this.time.advance(SECOND);
			complete = group.joinUntilDeadline();
		}

		assertThat(complete).isFalse();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(fare.get()).isEqualTo("fare");
	}

}
