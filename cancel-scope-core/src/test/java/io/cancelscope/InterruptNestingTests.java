package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R22 and IN-10: regions inside regions, and shields.
 */
@Timeout(30)
class InterruptNestingTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	private static void block() throws InterruptedException {
		new CountDownLatch(1).await();
	}

	@Test
	void ofTwoEqualDeadlinesTheOuterOneIsNeverLost() throws Exception {
		ScopeOptions second = ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt();
		try (OtherThread other = new OtherThread()) {
			AtomicBoolean wentOn = new AtomicBoolean();
			var outcome = other.start(() -> this.scopes.call(second.withName("outer"), (outer) -> {
				try {
					this.scopes.run(second.withName("inner"), (inner) -> {
						other.arrive();
						block();
					});
				}
				catch (DeadlineExceededException ex) {
					// swallowed, as careless code does; the next blocking call must end
					// too
				}
				block();
				wentOn.set(true);
				return null;
			}));

			other.awaitArrival();
			this.time.advance(Duration.ofSeconds(1));

			assertThat(outcome.failure()).isInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'outer' (1s) exceeded its deadline");
			assertThat(wentOn).isFalse();
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void innerFallbackDoesNotRunWhenTheOuterScopeIsCancelled() throws Exception {
		try (OtherThread other = new OtherThread()) {
			AtomicReference<CancelScope> outerScope = new AtomicReference<>();
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer").interrupt(), (outer) -> {
				outerScope.set(outer);
				return this.scopes.callOrElse(ScopeOptions.named("inner").interrupt(), (inner) -> {
					other.arrive();
					block();
					return "value";
				}, (reason) -> "fallback");
			}));

			other.awaitArrival();
			outerScope.get().cancel("all of it");

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'inner' was cancelled, along with 'outer': all of it");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void shieldMasksOurInterruptAndLeavingItDeliversAgain() throws Exception {
		try (OtherThread other = new OtherThread()) {
			AtomicReference<CancelScope> outerScope = new AtomicReference<>();
			CountDownLatch cancelled = new CountDownLatch(1);
			AtomicBoolean cleanedUp = new AtomicBoolean();
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer").interrupt(), (outer) -> {
				outerScope.set(outer);
				this.scopes.run(ScopeOptions.named("clean-up").shield(), (shield) -> {
					other.arrive();
					cancelled.await();
					cleanedUp.set(!Thread.currentThread().isInterrupted());
				});
				block();
				return null;
			}));

			other.awaitBlocked();
			outerScope.get().cancel("stop");
			cancelled.countDown();

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class);
			assertThat(cleanedUp).isTrue();
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void pendingInterruptIsClearInsideAShield() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope outer = this.scopes.openUnbound(ScopeOptions.none());
			CountDownLatch cancelled = new CountDownLatch(1);
			var outcome = other.start(() -> outer.interruptibly((scope) -> {
				other.arrive();
				while (cancelled.getCount() > 0) {
					Thread.onSpinWait();
				}
				boolean before = Thread.currentThread().isInterrupted();
				boolean inside = this.scopes.call(ScopeOptions.none().shield(),
						(shield) -> Thread.currentThread().isInterrupted());
				boolean after = Thread.currentThread().isInterrupted();
				return before + " " + inside + " " + after;
			}));

			other.awaitArrival();
			outer.cancel("stop");
			cancelled.countDown();

			assertThat(outcome.value()).isEqualTo("true false true");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void shieldedScopesOwnCancellationInterrupts() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope outer = this.scopes.openUnbound(ScopeOptions.none());
			AtomicReference<CancelScope> inside = new AtomicReference<>();
			var outcome = other.start(() -> outer.interruptibly(
					(scope) -> this.scopes.call(ScopeOptions.named("inside").shield().interrupt(), (shield) -> {
						inside.set(shield);
						other.arrive();
						block();
						return null;
					})));

			other.awaitArrival();
			inside.get().cancel("enough");

			assertThat(outcome.failure()).hasMessage("scope 'inside' was cancelled: enough");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void unrelatedWorkRunByTheSameThreadIsNotInterrupted() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope mine = this.scopes.openUnbound(ScopeOptions.none());
			OpenScope others = this.scopes.openUnbound(ScopeOptions.none());
			CountDownLatch cancelled = new CountDownLatch(1);
			var outcome = other.start(() -> mine.interruptibly((scope) -> others.wrap(() -> {
				other.arrive();
				while (cancelled.getCount() > 0) {
					Thread.onSpinWait();
				}
				return Thread.currentThread().isInterrupted();
			}).call()));

			other.awaitArrival();
			mine.cancel("stop");
			cancelled.countDown();

			assertThat(outcome.value()).isEqualTo(false);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void innerCancellationHandledOnceLeavesTheOuterRegionAlone() throws Exception {
		try (OtherThread other = new OtherThread()) {
			AtomicReference<CancelScope> innerScope = new AtomicReference<>();
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("outer").interrupt(), (outer) -> {
				String got = this.scopes.callOrElse(ScopeOptions.named("inner").interrupt(), (inner) -> {
					innerScope.set(inner);
					other.arrive();
					block();
					return "value";
				}, (reason) -> "fallback");
				return got + " " + Thread.currentThread().isInterrupted();
			}));

			other.awaitArrival();
			innerScope.get().cancel("only this");

			assertThat(outcome.value()).isEqualTo("fallback false");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void openedInterruptingScopeEndsItsRegionWhenClosed() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ZERO).interrupt());
		assertThat(Thread.currentThread().isInterrupted()).isTrue();

		scope.close();

		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void interruptingScopeClosedByAnotherThreadLeavesNothingBehind() throws Exception {
		OpenScope scope = this.scopes.open(ScopeOptions.named("mine").interrupt());
		try (OtherThread other = new OtherThread()) {
			other.start(() -> {
				scope.close();
				return null;
			}).value();
		}

		assertThat(CancelScope.current().name()).isEqualTo("root");
		scope.close();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

}
