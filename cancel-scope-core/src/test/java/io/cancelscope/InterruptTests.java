package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * R19 and R20: who is interrupted, when, and what becomes of it.
 */
@Timeout(30)
class InterruptTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	@Test
	void cancellingEndsABlockedCallWithTheScopesException() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote"));
			var outcome = other.start(() -> scope.interruptibly((s) -> {
				other.arrive();
				new CountDownLatch(1).await();
				return null;
			}));

			other.awaitArrival();
			scope.cancel("the user left");

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'quote' was cancelled: the user left")
				.hasCauseInstanceOf(InterruptedException.class);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void deadlineEndsABlockedCall() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(800)));
			var outcome = other.start(() -> scope.interruptibly((s) -> {
				other.arrive();
				new CountDownLatch(1).await();
				return null;
			}));

			other.awaitArrival();
			this.time.advance(Duration.ofMillis(800));

			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'quote' (800ms) exceeded its deadline");
			assertThat(outcome.flag()).isFalse();
			scope.close();
			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void bodyOfAnInterruptingScopeIsARegion() throws Exception {
		try (OtherThread other = new OtherThread()) {
			var outcome = other
				.start(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
					other.arrive();
					new CountDownLatch(1).await();
					return null;
				}));

			other.awaitArrival();
			this.time.advance(Duration.ofSeconds(1));

			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void scopeWithoutTheSwitchInterruptsNobody() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CountDownLatch release = new CountDownLatch(1);
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			var outcome = other.start(scope.wrap(() -> {
				other.arrive();
				release.await();
				return Thread.currentThread().isInterrupted();
			}));

			other.awaitArrival();
			scope.cancel("stop");
			release.countDown();

			assertThat(outcome.value()).isEqualTo(false);
		}
	}

	@Test
	void noInterruptAfterTheRegion() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.interruptibly((s) -> "done");

		scope.cancel("late");

		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void regionOfACancelledScopeIsInterruptedFromTheStart() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote"));
		scope.cancel("too late");

		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> scope.interruptibly((s) -> {
			new CountDownLatch(1).await();
			return null;
		})).withMessage("scope 'quote' was cancelled: too late");

		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void cancellingNeverInterruptsTheThreadThatCancels() {
		this.scopes.run(ScopeOptions.none().interrupt(), (scope) -> {
			scope.cancel("by myself");

			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		});
	}

	@Test
	void unusedInterruptIsTakenBackAndTheValueKept() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			CountDownLatch cancelled = new CountDownLatch(1);
			var outcome = other.start(() -> scope.interruptibly((s) -> {
				other.arrive();
				while (cancelled.getCount() > 0) {
					Thread.onSpinWait();
				}
				return Thread.currentThread().isInterrupted();
			}));

			other.awaitArrival();
			scope.cancel("stop");
			cancelled.countDown();

			assertThat(outcome.value()).isEqualTo(true);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void interruptionOfALibraryIsTranslatedAndTheFlagItSetAgainIsClear() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote"));
			var outcome = other.start(() -> scope.interruptibly((s) -> {
				other.arrive();
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
					throw new IllegalStateException("library gave up", ex);
				}
				return null;
			}));

			other.awaitArrival();
			scope.cancel("stop");

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.cause()
				.hasMessage("library gave up");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void otherExceptionsOfTheBodyPassAndTheFlagIsClear() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			AtomicBoolean interrupted = new AtomicBoolean();
			var outcome = other.start(() -> scope.interruptibly((s) -> {
				other.arrive();
				while (!Thread.currentThread().isInterrupted()) {
					Thread.onSpinWait();
				}
				interrupted.set(true);
				throw new IllegalArgumentException("unrelated");
			}));

			other.awaitArrival();
			scope.cancel("stop");

			assertThat(outcome.failure()).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage("unrelated");
			assertThat(interrupted).isTrue();
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void checkedExceptionsPassTheRegion() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThatThrownBy(() -> scope.interruptibly((s) -> {
			throw new java.io.IOException("disk");
		})).isExactlyInstanceOf(java.io.IOException.class);
	}

	@Test
	void moveOnFollowsOurInterruption() throws Exception {
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(
					() -> this.scopes.callOrElse(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
						other.arrive();
						new CountDownLatch(1).await();
						return "value";
					}, (reason) -> "fallback after " + reason.kind()));

			other.awaitArrival();
			this.time.advance(Duration.ofSeconds(1));

			assertThat(outcome.value()).isEqualTo("fallback after DEADLINE");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void threadThatHasAnInterruptingScopeAttachedIsInterruptedToo() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("quote").interrupt());
			var outcome = other.start(scope.wrap(() -> {
				other.arrive();
				new CountDownLatch(1).await();
				return null;
			}));

			other.awaitArrival();
			scope.cancel("stop");

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void rootRunsTheOperationWithoutARegion() {
		String result = CancelScope.current().interruptibly((scope) -> scope.name());

		assertThat(result).isEqualTo("root");
	}

	@Test
	void regionLeavesTheCurrentScopeAsItIs() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer"))) {
			OpenScope elsewhere = this.scopes.openUnbound(ScopeOptions.named("elsewhere"));

			String current = elsewhere.interruptibly((scope) -> CancelScope.current().name());

			assertThat(current).isEqualTo("outer");
			assertThat(CancelScope.current()).isSameAs(outer);
		}
	}

}
