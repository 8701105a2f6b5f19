package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

/**
 * R23: when callbacks run, where, and how often.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class CallbackTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void callbackRunsOnceWithTheReason() {
		List<CancelReason> told = new ArrayList<>();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.onCancel(told::add);

		scope.cancel("enough");
		scope.cancel("again");

		assertThat(told).containsExactly(scope.reason().orElseThrow());
	}

	@Test
	void callbackRunsOnceAtTheDeadline() {
		List<CancelReason> told = new ArrayList<>();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		scope.onCancel(told::add);

		this.time.advance(seconds(1).minusNanos(1));
		assertThat(told).isEmpty();
		this.time.advance(seconds(3));

		assertThat(told).singleElement().extracting(CancelReason::kind).isEqualTo(Kind.DEADLINE);
	}

	@Test
	void lateCallbackRunsAtOnce() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.cancel();

		Registration registration = scope.onCancel(this.trail.adding("late"));

		assertThat(this.trail.words()).containsExactly("late");
		assertThat(registration.unregister()).isFalse();
	}

	@Test
	void callbackOfAScopeThatExpiredUnnoticedRunsAtOnce() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		this.time.advance(seconds(2));

		scope.onCancel(this.trail.adding("late"));

		assertThat(this.trail.words()).containsExactly("late");
	}

	@Test
	void callbackTakenBackNeverRuns() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Registration registration = scope.onCancel(this.trail.adding("no"));

		assertThat(registration.unregister()).isTrue();
		assertThat(registration.unregister()).isTrue(); // the same answer: it will not
														// run
		scope.cancel();

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void callbackThatRanIsNotTakenBack() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Registration registration = scope.onCancel(this.trail.adding("ran"));
		scope.cancel();

		assertThat(registration.unregister()).isFalse();
		registration.close();

		assertThat(this.trail.words()).containsExactly("ran");
	}

	@Test
	void closeDropsCallbacksWithoutRunningThem() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OpenScope scope = openIn(parent, this.scopes, ScopeOptions.none());
		Registration registration = scope.onCancel(this.trail.adding("no"));

		scope.close();
		parent.cancel();
		this.time.advance(seconds(2));

		assertThat(this.trail.words()).isEmpty();
		assertThat(registration.unregister()).isTrue();
	}

	@Test
	void callbackRegisteredTwiceRunsTwice() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.onCancel(this.trail.adding("twice"));
		Registration second = scope.onCancel(this.trail.adding("twice"));
		scope.onCancel(this.trail.adding("twice"));

		second.unregister();
		scope.cancel();

		assertThat(this.trail.words()).containsExactly("twice", "twice");
	}

	@Test
	void outermostScopeIsToldFirst() {
		OpenScope a = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OpenScope b = openIn(a, this.scopes, ScopeOptions.none());
		OpenScope c = openIn(b, this.scopes, ScopeOptions.none());
		c.onCancel(this.trail.adding("c"));
		a.onCancel(this.trail.adding("a1"));
		b.onCancel(this.trail.adding("b"));
		a.onCancel(this.trail.adding("a2"));

		this.time.advance(seconds(1));

		assertThat(this.trail.words()).containsExactly("a1", "a2", "b", "c");
	}

	@Test
	void callbackThatThrowsStopsNobody() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.onCancel((reason) -> {
			throw new AssertionError("on purpose");
		});
		scope.onCancel(this.trail.adding("other"));

		assertThat(scope.cancel()).isTrue();

		assertThat(this.trail.words()).containsExactly("other");
	}

	@Test
	void errorOfTheJvmIsThrownAfterTheOthersRan() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.onCancel((reason) -> {
			throw new StackOverflowError("on purpose");
		});
		scope.onCancel(this.trail.adding("other"));

		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(scope::cancel);

		assertThat(this.trail.words()).containsExactly("other");
	}

	@Test
	void explicitCancelRunsCallbacksOnTheCancellingThread() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.onCancel((reason) -> thread.set(Thread.currentThread()));

		scope.cancel();

		assertThat(thread.get()).isSameAs(Thread.currentThread());
	}

	@Test
	void deadlineRunsCallbacksOnTheCallbackExecutor() {
		List<Runnable> captured = new ArrayList<>();
		CancelScopes capturing = CancelScopes.builder().timeSource(this.time).callbackExecutor(captured::add).build();
		OpenScope scope = capturing.openUnbound(ScopeOptions.timeout(seconds(1)));
		scope.onCancel(this.trail.adding("callback"));

		this.time.advance(seconds(1));
		assertThat(this.trail.words()).isEmpty();
		assertThat(scope.isCancelled()).isTrue();
		captured.forEach(Runnable::run);

		assertThat(this.trail.words()).containsExactly("callback");
	}

	@Test
	void callbackExecutorThatRejectsLosesNoCallback() {
		CancelScopes rejecting = CancelScopes.builder().timeSource(this.time).callbackExecutor((task) -> {
			throw new RejectedExecutionException("shut down");
		}).build();
		OpenScope scope = rejecting.openUnbound(ScopeOptions.timeout(seconds(1)));
		scope.onCancel(this.trail.adding("callback"));

		this.time.advance(seconds(1));

		await("the library's own thread to run it").until(() -> this.trail.words().contains("callback"));
	}

	@Test
	void systemTimeRunsCallbacksOnAThreadOtherThanTheTimers() throws Exception {
		AtomicReference<String> thread = new AtomicReference<>();
		CountDownLatch ran = new CountDownLatch(1);
		try (OpenScope scope = CancelScopes.create().open(ScopeOptions.none())) {
			scope.onCancel((reason) -> {
				thread.set(Thread.currentThread().getName());
				ran.countDown();
			});

			scope.reschedule(Deadline.after(Duration.ofMillis(5)));

			assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(thread.get()).startsWith("cancel-scope-callback");
	}

	@Test
	void callbackRunsUnderNoLock() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(9)));
		CountDownLatch done = new CountDownLatch(1);
		scope.onCancel((reason) -> {
			Thread other = new Thread(() -> {
				scope.onCancel(this.trail.adding("late"));
				scope.reschedule(Deadline.after(seconds(1), this.time));
				openIn(scope, this.scopes, ScopeOptions.none()).onCancel(this.trail.adding("below"));
				done.countDown();
			});
			other.start();
			this.trail.add("other thread got through: " + awaitQuietly(done));
		});

		scope.cancel();

		assertThat(this.trail.words()).containsExactly("late", "below", "other thread got through: true");
	}

	@Test
	void callbackMayDoAnythingWithItsScope() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Registration[] next = new Registration[1];
		scope.onCancel((reason) -> {
			assertThat(scope.cancel()).isFalse();
			assertThat(scope.reschedule(Deadline.after(seconds(1), this.time))).isFalse();
			openIn(scope, this.scopes, ScopeOptions.none()).close();
			this.trail.add("takes back " + next[0].unregister());
			scope.close();
		});
		next[0] = scope.onCancel(this.trail.adding("next"));

		scope.cancel();

		assertThat(this.trail.words()).containsExactly("takes back true");
	}

	@Test
	void callbackMayCloseItsOwnRegistration() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Registration[] own = new Registration[1];
		own[0] = scope.onCancel((reason) -> {
			own[0].close();
			this.trail.add("closed itself");
		});

		scope.cancel();

		assertThat(this.trail.words()).containsExactly("closed itself");
	}

	@Test
	void closeOfARegistrationWaitsForTheRunInProgress() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		Registration registration = scope.onCancel((reason) -> {
			running.countDown();
			awaitQuietly(finish);
			this.trail.add("callback ended");
		});
		Thread canceller = new Thread(scope::cancel);
		canceller.start();
		assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
		Thread closer = new Thread(() -> {
			assertThat(registration.unregister()).isFalse();
			registration.close();
			this.trail.add("close returned");
		});
		closer.start();
		await("close() to wait").until(() -> closer.getState() == Thread.State.WAITING);

		finish.countDown();
		closer.join(10_000);
		canceller.join(10_000);

		assertThat(this.trail.words()).containsExactly("callback ended", "close returned");
	}

	@Test
	void timerExistsOnlyWhereSomethingIsToBeWoken() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.timeout(seconds(1)));
		assertThat(this.time.pending()).isZero();

		child.onCancel(this.trail.adding("child"));
		assertThat(this.time.pending()).isEqualTo(1); // one for both: the parent's comes
														// first

		child.close();
		parent.close();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void nullIsNamed() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThatNullPointerException()
			.isThrownBy(() -> scope.onCancel((java.util.function.Consumer<CancelReason>) null))
			.withMessage("callback");
	}

	private static boolean awaitQuietly(CountDownLatch latch) {
		try {
			return latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	@Test
	void interruptWhileCloseWaitsIsKeptAndCloseWaitsOn() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		CancelScope.Registration registration = scope.onCancel((reason) -> {
			inside.countDown();
			awaitUninterruptibly(release);
		});
		Thread canceller = new Thread(scope::cancel);
		canceller.start();
		assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
		try (OtherThread closer = new OtherThread()) {
			var outcome = closer.start(() -> {
				closer.arrive();
				registration.close();
				return release.getCount();
			});
			closer.awaitBlocked();
			closer.thread().interrupt();
			await("the wait to end, and to begin again").until(() -> !closer.thread().isInterrupted());
			closer.awaitBlocked();
			release.countDown();

			assertThat(outcome.value()).isZero();
			assertThat(outcome.flag()).isTrue();
		}
		canceller.join(20_000);
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

}
