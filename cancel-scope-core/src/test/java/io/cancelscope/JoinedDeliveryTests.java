package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R23: a stop blocks, so other threads join. The thread that delivers comes back when all
 * is done, but waits for none that does not end.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class JoinedDeliveryTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(Scopes.SECOND));

	private final Trail trail = new Trail();

	private final CountDownLatch mayEnd = new CountDownLatch(1);

	@AfterEach
	void endAll() {
		this.mayEnd.countDown();
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new AssertionError("A stop was interrupted", ex);
		}
	}

	/** The first stop ends when as many others have begun, each on another thread. */
	private CountDownLatch onCancelBlockUntil(int others) {
		CountDownLatch begun = new CountDownLatch(others);
		this.scope.onCancel((reason) -> awaitQuietly(begun));
		return begun;
	}

	/** Returns when the deliverer waits for it, or has gone on without. */
	private static void awaitWaitedFor(Thread deliverer, Trail order) {
		while (deliverer.getState() != Thread.State.TIMED_WAITING && !order.words().contains("back")) {
			Thread.yield();
		}
	}

	private void endWhileWaitedFor(Thread deliverer, String name) {
		awaitWaitedFor(deliverer, this.trail);
		this.trail.add(name);
	}

	@Test
	void deadlineOfATestsTimeHasBeenDeliveredWhenTheAdvanceReturns() {
		CountDownLatch second = onCancelBlockUntil(1);
		Thread deliverer = Thread.currentThread();
		this.scope.onCancel((reason) -> {
			second.countDown();
			endWhileWaitedFor(deliverer, "second");
		});

		this.time.advance(Scopes.SECOND);
		this.trail.add("back");

		assertThat(this.trail.words()).startsWith("second");
	}

	/** Tried again, since it waits for a second at most, and a machine may be busy. */
	@Test
	void cancelWaitsForEachOfSeveralThatJoined() {
		List<List<String>> trails = new ArrayList<>();
		for (int i = 0; i < 5 && !trails.contains(List.of("one", "other", "back")); i++) {
			trails.add(cancelWhileTwoOthersJoin());
		}

		assertThat(trails).contains(List.of("one", "other", "back"));
	}

	private List<String> cancelWhileTwoOthersJoin() {
		OpenScope another = this.scopes.openUnbound(ScopeOptions.none());
		Trail order = new Trail();
		CountDownLatch begun = new CountDownLatch(2);
		CountDownLatch firstOfTwo = new CountDownLatch(1);
		CountDownLatch over = new CountDownLatch(2);
		Thread deliverer = Thread.currentThread();
		another.onCancel((reason) -> awaitQuietly(begun));
		another.onCancel((reason) -> {
			begun.countDown();
			awaitQuietly(begun);
			awaitWaitedFor(deliverer, order);
			order.add("one");
			firstOfTwo.countDown();
			over.countDown();
		});
		another.onCancel((reason) -> {
			begun.countDown();
			awaitQuietly(firstOfTwo);
			awaitWaitedFor(deliverer, order);
			order.add("other");
			over.countDown();
		});

		another.cancel();
		order.add("back");

		awaitQuietly(over);
		return order.words();
	}

	@Test
	void interruptOfTheOneWhoWaitsIsKept() {
		CountDownLatch second = onCancelBlockUntil(1);
		CountDownLatch sent = new CountDownLatch(1);
		Thread deliverer = Thread.currentThread();
		this.scope.onCancel((reason) -> {
			second.countDown();
			endWhileWaitedFor(deliverer, "waits");
			deliverer.interrupt();
			sent.countDown();
			while (deliverer.isInterrupted() && !this.trail.words().contains("back")) {
				Thread.yield(); // until it has noticed
			}
		});

		this.scope.cancel();
		this.trail.add("back");

		while (sent.getCount() > 0) {
			Thread.yield();
		}
		assertThat(Thread.interrupted()).as("the flag afterwards").isTrue();
	}

	/** That many were taken before tells nothing about now. */
	@Test
	void stopThatBlocksAfterManyQuickOnesIsPassed() {
		AtomicInteger quick = new AtomicInteger();
		for (int i = 0; i < 100; i++) {
			this.scope.onCancel((reason) -> quick.incrementAndGet());
		}
		CountDownLatch second = onCancelBlockUntil(1);
		this.scope.onCancel((reason) -> second.countDown());

		this.scope.cancel();

		assertThat(quick).hasValue(100);
		assertThat(second.getCount()).isZero();
	}

	/** It looks as if it got on, for a while. */
	@Test
	void stopThatIsBusyForEverIsPassed() {
		AtomicBoolean passed = new AtomicBoolean();
		this.scope.onCancel((reason) -> {
			while (!passed.get()) {
				Thread.onSpinWait();
			}
		});
		this.scope.onCancel((reason) -> passed.set(true));

		this.scope.cancel();

		assertThat(passed).isTrue();
	}

	@Test
	void cancelDoesNotWaitForAStopThatDoesNotEnd() throws Exception {
		CountDownLatch second = onCancelBlockUntil(1);
		this.scope.onCancel((reason) -> {
			second.countDown();
			awaitQuietly(this.mayEnd);
		});

		Thread canceller = Patience.start(this.scope::cancel);

		assertThat(Patience.ends(canceller)).as("the canceller comes back").isTrue();
	}

	/**
	 * Tried again, since nothing but the time it takes tells: a second, if nobody says.
	 */
	@Test
	void cancelComesBackAsSoonAsTheOthersAreThrough() {
		long best = Long.MAX_VALUE;
		for (int i = 0; i < 5 && best > 500; i++) {
			OpenScope another = this.scopes.openUnbound(ScopeOptions.none());
			CountDownLatch second = new CountDownLatch(1);
			another.onCancel((reason) -> awaitQuietly(second));
			another.onCancel((reason) -> second.countDown());
			long since = System.nanoTime();

			another.cancel();

			best = Math.min(best, Duration.ofNanos(System.nanoTime() - since).toMillis());
		}
		assertThat(best).isLessThan(500);
	}

	/** Others may wait for the stop that cancels, so it must not wait for others. */
	@Test
	void cancelInAStopWaitsForNobody() {
		OpenScope inner = this.scopes.openUnbound(ScopeOptions.named("inner"));
		CountDownLatch second = new CountDownLatch(1);
		Thread deliverer = Thread.currentThread();
		inner.onCancel((reason) -> awaitQuietly(second));
		inner.onCancel((reason) -> {
			second.countDown();
			endWhileWaitedFor(deliverer, "second stop");
		});
		this.scope.onCancel((reason) -> {
			inner.cancel();
			this.trail.add("back");
		});

		this.scope.cancel();

		assertThat(this.trail.words()).startsWith("back");
	}

	@Test
	void errorOfTheJvmInAStopIsThrownByTheCancelThatBroughtItAbout() {
		OpenScope inner = this.scopes.openUnbound(ScopeOptions.named("inner"));
		inner.onCancel((reason) -> {
			throw new StackOverflowError("on purpose");
		});
		inner.onCancel((reason) -> this.trail.add("another stop"));
		this.scope.onCancel((reason) -> this.trail.add("thrown: " + catchThrowable(inner::cancel).getMessage()));

		this.scope.cancel();

		assertThat(this.trail.words()).containsExactly("another stop", "thrown: on purpose");
	}

	@Test
	void errorOfTheJvmInTheOnlyStopIsThrown() {
		this.scope.onCancel((reason) -> {
			throw new StackOverflowError("on purpose");
		});

		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(this.scope::cancel).withMessage("on purpose");
	}

	/** Whether it gets on is watched, and nothing of that stays behind. */
	@Test
	void nothingStaysWithTheTimer() {
		int before = SystemTime.INSTANCE.pending();

		for (int i = 0; i < 1000; i++) {
			OpenScope another = this.scopes.openUnbound(ScopeOptions.none());
			AtomicInteger runs = new AtomicInteger();
			another.onCancel((reason) -> runs.incrementAndGet());
			another.onCancel((reason) -> runs.incrementAndGet());
			another.cancel();
			assertThat(runs).hasValue(2);
		}

		assertThat(SystemTime.INSTANCE.pending()).isLessThanOrEqualTo(before + 5);
	}

	@Test
	void firstErrorOfTheJvmIsThrownWhenAllStopsHaveRun() {
		this.scope.onCancel((reason) -> {
			throw new StackOverflowError("first");
		});
		this.scope.onCancel((reason) -> {
			throw new StackOverflowError("second");
		});
		this.scope.onCancel((reason) -> this.trail.add("third"));

		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(this.scope::cancel).withMessage("first");

		assertThat(this.trail.words()).containsExactly("third");
	}

}
