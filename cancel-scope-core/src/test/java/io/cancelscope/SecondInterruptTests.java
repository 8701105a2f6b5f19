package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R19: a thread that has swallowed one of our interrupts is woken by the next one, which
 * comes from a scope further out.
 */
@Timeout(60)
class SecondInterruptTests {

	private static final ScopeOptions OUTER = ScopeOptions.named("outer").withTimeout(seconds(9)).interrupt();

	private static final ScopeOptions INNER = ScopeOptions.named("inner").withTimeout(seconds(1)).interrupt();

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.rememberOpen()
		.build();

	private final CountDownLatch swallowed = new CountDownLatch(1);

	private final AtomicReference<CancelScope> outer = new AtomicReference<>();

	private static String block() throws InterruptedException {
		new CountDownLatch(1).await();
		return "woken by nobody";
	}

	private String swallowOneAndBlock(OtherThread other) throws InterruptedException {
		other.arrive();
		try {
			return block();
		}
		catch (InterruptedException ex) {
			this.swallowed.countDown();
		}
		return block();
	}

	/** What comes second. */
	enum Second {

		CANCEL {
			@Override
			void stop(SecondInterruptTests test) {
				test.outer.get().cancel("enough");
			}
		},

		DEADLINE {
			@Override
			void stop(SecondInterruptTests test) {
				test.time.advance(seconds(8));
			}
		},

		SHUTDOWN {
			@Override
			void stop(SecondInterruptTests test) {
				test.scopes.cancelAll(CancelReason.Kind.SHUTDOWN, "shutdown");
			}
		};

		abstract void stop(SecondInterruptTests test);

	}

	private void awaitSwallowedAndBlocked(OtherThread other) throws InterruptedException {
		this.swallowed.await();
		other.awaitBlocked();
	}

	/** Frees a thread that nobody woke, so that the test fails soon. */
	private static void assertWoken(OtherThread other, OtherThread.Outcome<?> outcome) throws Exception {
		try {
			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.hasCauseInstanceOf(InterruptedException.class);
			assertThat(outcome.flag()).isFalse();
		}
		finally {
			other.thread().interrupt();
		}
	}

	@ParameterizedTest
	@EnumSource
	void threadIsWokenASecondTime(Second second) throws Exception {
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> this.scopes.call(OUTER, (outer) -> {
				this.outer.set(outer);
				return this.scopes.call(INNER, (inner) -> swallowOneAndBlock(other));
			}));
			other.awaitArrival();
			this.time.advance(seconds(1));
			awaitSwallowedAndBlocked(other);

			second.stop(this);

			assertWoken(other, outcome);
		}
	}

	@ParameterizedTest
	@EnumSource
	void threadOfAnyKindIsWokenASecondTime(OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(OUTER, (outer) -> {
				this.outer.set(outer);
				return this.scopes.call(INNER, (inner) -> swallowOneAndBlock(other));
			}));
			other.awaitArrival();
			this.time.advance(seconds(1));
			awaitSwallowedAndBlocked(other);

			this.outer.get().cancel("enough");

			assertWoken(other, outcome);
		}
	}

	@ParameterizedTest
	@EnumSource
	void threadInTwoRegionsIsWokenASecondTime(OnThread kind) throws Exception {
		OpenScope outside = this.scopes.openUnbound(ScopeOptions.named("outside"));
		OpenScope inside = this.scopes.openUnbound(ScopeOptions.named("inside"));
		try (OtherThread other = kind.other()) {
			var outcome = other
				.start(() -> outside.interruptibly((one) -> inside.interruptibly((two) -> swallowOneAndBlock(other))));
			other.awaitArrival();
			inside.cancel("first");
			awaitSwallowedAndBlocked(other);

			outside.cancel("second");

			assertWoken(other, outcome);
		}
	}

	@ParameterizedTest
	@EnumSource
	void secondOneIsNotTakenForSomebodyElses(OnThread kind) throws Exception {
		CountDownLatch secondSent = new CountDownLatch(1);
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(OUTER, (outer) -> {
				this.outer.set(outer);
				return this.scopes.call(INNER, (inner) -> {
					other.arrive();
					try {
						return block();
					}
					catch (InterruptedException ex) {
						this.swallowed.countDown();
						while (secondSent.getCount() > 0) {
							Thread.onSpinWait();
						}
						throw ex;
					}
				});
			}));
			other.awaitArrival();
			this.time.advance(seconds(1));
			this.swallowed.await();

			this.outer.get().cancel("enough");
			secondSent.countDown();

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.hasCauseInstanceOf(InterruptedException.class);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource
	void oneThatWasNotYetNoticedIsFollowedByNone(OnThread kind) throws Exception {
		CountDownLatch bothSent = new CountDownLatch(1);
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(OUTER, (outer) -> {
				this.outer.set(outer);
				return this.scopes.call(INNER, (inner) -> {
					other.arrive();
					while (bothSent.getCount() > 0) {
						Thread.onSpinWait();
					}
					return "flag " + Thread.currentThread().isInterrupted();
				});
			}));
			other.awaitArrival();

			this.time.advance(seconds(1));
			this.outer.get().cancel("enough");
			bothSent.countDown();

			assertThat(outcome.value()).isEqualTo("flag true");
			assertThat(outcome.flag()).isFalse();
		}
	}

}
