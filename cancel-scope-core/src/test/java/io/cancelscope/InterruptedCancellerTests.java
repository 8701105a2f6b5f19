package io.cancelscope;

import java.util.concurrent.CountDownLatch;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R23 where the thread that cancels was interrupted before: its stops are not interrupted
 * by that, and it finds its flag as it was.
 */
@Timeout(30)
class InterruptedCancellerTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final Trail trail = new Trail();

	private OpenScope scope;

	@BeforeEach
	void openScope() {
		this.scope = this.scopes.openUnbound(ScopeOptions.none());
	}

	private void cancelInterrupted() {
		Thread.currentThread().interrupt();
		this.scope.cancel();
	}

	@Test
	void interruptOfTheCancellerEndsNoStop() {
		this.scope.onCancel((CancelScope.Stop) () -> {
			Thread.sleep(0);
			this.trail.add("stopped");
		});

		cancelInterrupted();

		assertThat(Thread.interrupted()).as("the flag afterwards").isTrue();
		assertThat(this.trail.words()).containsExactly("stopped");
	}

	@Test
	void stopThatClearsTheFlagTakesNothingFromTheCanceller() {
		this.scope.onCancel((reason) -> Thread.interrupted());

		cancelInterrupted();

		assertThat(Thread.interrupted()).as("the flag afterwards").isTrue();
	}

	@Test
	void registeringLateLeavesTheFlagToo() {
		this.scope.cancel();
		Thread.currentThread().interrupt();

		this.scope.onCancel((reason) -> this.trail.add("flag " + Thread.interrupted()));

		assertThat(Thread.interrupted()).as("the flag afterwards").isTrue();
		assertThat(this.trail.words()).containsExactly("flag false");
	}

	@Test
	void interruptedCancellerStillWaitsForTheStopsOnOtherThreads() {
		CountDownLatch second = new CountDownLatch(1);
		Thread canceller = Thread.currentThread();
		this.scope.onCancel((reason) -> Patience.await(second));
		this.scope.onCancel((reason) -> {
			second.countDown();
			// Ends when the canceller waits for it, or has gone on without.
			while (canceller.getState() != Thread.State.TIMED_WAITING && this.trail.words().isEmpty()) {
				Thread.onSpinWait();
			}
			this.trail.add("stopped");
		});

		cancelInterrupted();
		this.trail.add("back");

		assertThat(Thread.interrupted()).as("the flag afterwards").isTrue();
		assertThat(this.trail.words()).first().isEqualTo("stopped");
	}

}
