package io.cancelscope.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Scopes of a manual time run the callbacks of deadlines on the thread that advances,
 * never inside the timer.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ManualTimeScopesTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final Trail trail = new Trail();

	@Test
	void scopesAreTheSameEveryTime() {
		assertThat(this.time.scopes()).isSameAs(this.scopes);
		assertThat(new ManualTime().scopes()).isNotSameAs(this.scopes);
	}

	@Test
	void scopesLiveOnThisTime() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(SECOND))) {
			assertThat(scope.remaining()).contains(SECOND);
			this.time.advance(Duration.ofMillis(999));
			assertThat(scope.isCancelled()).isFalse();

			this.time.advance(Duration.ofMillis(1));

			assertThat(scope.isCancelled()).isTrue();
		}
	}

	@Test
	void callbacksHaveRunOnThisThreadAtTheirInstantWhenAdvanceReturns() {
		try (OpenScope first = unbound(1); OpenScope second = unbound(2)) {
			second.onCancel((reason) -> writeDown("second"));
			first.onCancel((reason) -> writeDown("first"));

			this.time.advance(Duration.ofSeconds(5));
			String thread = Thread.currentThread().getName();

			assertThat(this.trail.words()).containsExactly("first at 1 on " + thread, "second at 2 on " + thread);
		}
	}

	private void writeDown(String word) {
		long seconds = Duration.ofNanos(this.time.nanoTime()).toSeconds();
		this.trail.add(word + " at " + seconds + " on " + Thread.currentThread().getName());
	}

	@Test
	void callbackDoesNotRunInsideATaskOfTheTimer() {
		try (OpenScope scope = unbound(1)) {
			this.time.schedule(() -> {
				assertThat(scope.isCancelled()).isTrue();
				this.trail.add("timer task ends");
			}, SECOND.toNanos());
			scope.onCancel((reason) -> this.trail.add("callback"));

			this.time.advance(SECOND);

			assertThat(this.trail.words()).containsExactly("timer task ends", "callback");
		}
	}

	@Test
	void callbackDoesNotRunInsideATimerTaskThatAdvances() {
		try (OpenScope scope = unbound(2)) {
			scope.onCancel((reason) -> this.trail.add("callback"));
			this.time.schedule(() -> {
				this.time.advance(SECOND);
				this.trail.add("timer task ends");
			}, SECOND.toNanos());

			this.time.advance(SECOND);

			assertThat(this.trail.words()).containsExactly("timer task ends", "callback");
		}
	}

	@Test
	void callbackThatAdvancesSeesTheCallbacksOfThatAdvance() {
		try (OpenScope first = unbound(1); OpenScope second = unbound(2)) {
			second.onCancel((reason) -> this.trail.add("second"));
			first.onCancel((reason) -> {
				this.time.advance(SECOND);
				this.trail.add("first ends");
			});

			this.time.advance(SECOND);

			assertThat(this.trail.words()).containsExactly("second", "first ends");
			assertThat(this.time.nanoTime()).isEqualTo(2 * SECOND.toNanos());
		}
	}

	@Test
	void callbacksOfOneInstantRunBeforeTheNextTaskOfThatInstant() {
		try (OpenScope scope = unbound(1)) {
			scope.onCancel((reason) -> this.trail.add("callback"));
			this.time.schedule(() -> this.trail.add("next task"), SECOND.toNanos());

			this.time.advance(SECOND);

			assertThat(this.trail.words()).containsExactly("callback", "next task");
		}
	}

	@Test
	void rescheduleIntoThePastRunsTheCallbacksAtOnce() {
		try (OpenScope scope = unbound(5)) {
			scope.onCancel((reason) -> this.trail.add("callback"));

			scope.reschedule(Deadline.after(SECOND.negated(), this.time));

			assertThat(this.trail.words()).containsExactly("callback");
			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void expiryNoticedInsideACallbackRunsItsCallbacksAfterThatOne() {
		try (OpenScope first = unbound(1); OpenScope second = unbound(5)) {
			second.onCancel((reason) -> this.trail.add("second"));
			first.onCancel((reason) -> {
				second.reschedule(Deadline.after(Duration.ZERO, this.time));
				assertThat(second.isCancelled()).isTrue();
				this.trail.add("first ends");
			});

			first.reschedule(Deadline.after(Duration.ZERO, this.time));

			assertThat(this.trail.words()).containsExactly("first ends", "second");
		}
	}

	@Test
	void aLongChainOfExpiriesDoesNotRecur() {
		int length = 20_000;
		OpenScope[] chain = new OpenScope[length];
		for (int i = length - 1; i >= 0; i--) {
			int next = i + 1;
			chain[i] = unbound(5);
			chain[i].onCancel((reason) -> {
				if (next < length) {
					chain[next].reschedule(Deadline.after(Duration.ZERO, this.time));
				}
				else {
					this.trail.add("last");
				}
			});
		}

		chain[0].reschedule(Deadline.after(Duration.ZERO, this.time));

		assertThat(this.trail.words()).containsExactly("last");
		for (OpenScope scope : chain) {
			scope.close();
		}
	}

	@Test
	void anotherThreadRunsTheCallbacksOfWhatItNoticesWithoutWaiting() throws Exception {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		try (OpenScope slow = unbound(1); OpenScope other = unbound(5)) {
			slow.onCancel((reason) -> {
				inside.countDown();
				await(release);
				this.trail.add("slow ends");
			});
			other.onCancel((reason) -> this.trail.add("other"));
			CompletableFuture<Void> advancing = CompletableFuture.runAsync(() -> this.time.advance(SECOND));
			await(inside);

			other.reschedule(Deadline.after(Duration.ZERO, this.time));

			assertThat(this.trail.words()).containsExactly("other");
			release.countDown();
			assertThat(advancing).succeedsWithin(Duration.ofSeconds(20));
			assertThat(this.trail.words()).containsExactly("other", "slow ends");
		}
	}

	@Test
	void severalThreadsAdvanceAndEachCallbackRunsOnce() throws Exception {
		int count = 200;
		OpenScope[] open = new OpenScope[count];
		for (int i = 0; i < count; i++) {
			String word = "callback " + i;
			open[i] = unbound(1 + i % 10);
			open[i].onCancel((reason) -> this.trail.add(word));
		}

		CompletableFuture<?>[] advancing = new CompletableFuture<?>[4];
		for (int i = 0; i < advancing.length; i++) {
			advancing[i] = CompletableFuture.runAsync(() -> this.time.advance(Duration.ofSeconds(10)));
		}
		CompletableFuture.allOf(advancing).get(20, TimeUnit.SECONDS);

		assertThat(this.trail.words()).hasSize(count).doesNotHaveDuplicates();
		for (OpenScope scope : open) {
			scope.close();
		}
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void failureOfATimerTaskKeepsNoCallbackFromRunning() {
		try (OpenScope scope = unbound(1)) {
			this.time.schedule(() -> {
				assertThat(scope.isCancelled()).isTrue();
				throw new IllegalStateException("broken");
			}, SECOND.toNanos());
			scope.onCancel((reason) -> this.trail.add("callback"));

			Throwable thrown = catchThrowable(() -> this.time.advance(SECOND));

			assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessage("broken");
			assertThat(this.trail.words()).containsExactly("callback");
			assertThat(catchThrowable(() -> this.time.advance(Duration.ofSeconds(9)))).isNull();
		}
	}

	@Test
	void explicitCancelRunsCallbacksInPlaceAlsoInsideACallback() {
		try (OpenScope first = unbound(1); OpenScope second = unbound(5)) {
			second.onCancel((reason) -> this.trail.add("second"));
			first.onCancel((reason) -> {
				second.cancel();
				this.trail.add("first ends");
			});

			this.time.advance(SECOND);

			assertThat(this.trail.words()).containsExactly("second", "first ends");
		}
	}

	@Test
	void callbackOfADeadlineRunsOnceAndNotOnClose() {
		OpenScope scope = unbound(1);
		CancelScope.Registration registered = scope.onCancel((reason) -> this.trail.add("callback"));

		this.time.advance(SECOND);
		scope.close();
		this.time.advance(SECOND);

		assertThat(this.trail.words()).containsExactly("callback");
		assertThat(registered.unregister()).isFalse();
	}

	private OpenScope unbound(int seconds) {
		return this.scopes.openUnbound(ScopeOptions.timeout(Duration.ofSeconds(seconds)));
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

}
