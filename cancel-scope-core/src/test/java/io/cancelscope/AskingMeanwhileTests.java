package io.cancelscope;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * While the callbacks of a cancelled scope still run, asking below it is free, and costs
 * the healthy scopes of the same tree nothing.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class AskingMeanwhileTests {

	/** How far a healthy scope would have to walk to look for itself. */
	private static final int DEPTH = 20_000;

	private static final int ASKS = 1_000;

	private static final int ROUNDS = 5;

	/** Walking takes a thousand times as long as not walking. */
	private static final int MOST_TIMES = 20;

	private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final CountDownLatch running = new CountDownLatch(1);

	private final CountDownLatch asked = new CountDownLatch(1);

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void askingBelowACancelledScopeDoesNotDisturbTheHealthyOnes(boolean bubble) throws Exception {
		OpenScope tree = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope around = Scopes.openIn(tree, this.scopes,
				bubble ? ScopeOptions.none().bubble() : ScopeOptions.none());
		OpenScope cancelled = Scopes.openIn(around, this.scopes, ScopeOptions.none());
		OpenScope below = Scopes.openIn(cancelled, this.scopes, ScopeOptions.none());
		OpenScope healthy = Scopes.openIn(tree, this.scopes, ScopeOptions.none());
		for (int i = 0; i < DEPTH; i++) {
			healthy = Scopes.openIn(healthy, this.scopes, ScopeOptions.none());
		}
		cancelled.onCancel((reason) -> waitUntilAsked());
		long meanwhile;
		try (OtherThread canceller = new OtherThread()) {
			OtherThread.Outcome<Boolean> outcome = canceller.start((Callable<Boolean>) cancelled::cancel);
			assertThat(this.running.await(20, TimeUnit.SECONDS)).isTrue();

			meanwhile = nanosToAsk(below, healthy);
			this.asked.countDown();
			assertThat(outcome.value()).isTrue();
		}
		long afterwards = nanosToAsk(below, healthy);

		assertThat(meanwhile)
			.as("%d times asked while the callback runs (%,d ns), and afterwards (%,d ns)", ASKS, meanwhile, afterwards)
			.isLessThan(MOST_TIMES * afterwards + SLACK_NANOS);
	}

	private void waitUntilAsked() {
		this.running.countDown();
		try {
			this.asked.await(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** The best of some rounds. */
	private static long nanosToAsk(OpenScope below, OpenScope healthy) {
		long best = Long.MAX_VALUE;
		for (int round = 0; round < ROUNDS; round++) {
			long start = System.nanoTime();
			for (int i = 0; i < ASKS; i++) {
				assertAnswers(below, healthy);
			}
			best = Math.min(best, System.nanoTime() - start);
		}
		return best;
	}

	private static void assertAnswers(OpenScope below, OpenScope healthy) {
		if (!below.isCancelled() || healthy.isCancelled()) {
			throw new AssertionError("cancelled: " + below + ", healthy: " + healthy);
		}
	}

}
