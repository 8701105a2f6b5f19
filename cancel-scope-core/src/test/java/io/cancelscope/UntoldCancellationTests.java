package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.node;
import static io.cancelscope.Nodes.storeUntold;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thread that cancels may be held up after it has stored the cancellation, and before
 * it has told the tree and woken what waits. Whoever comes upon it does so instead.
 *
 * <pre>
 * one    cancel: stores ─────────────────────────────── tells, wakes
 * other             asks, or closes the scope
 * </pre>
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class UntoldCancellationTests {

	private final ManualTime time = new ManualTime();

	private final List<Runnable> queue = new ArrayList<>();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(this.queue::add)
		.build();

	private final Trail trail = new Trail();

	private final OpenScope top = this.scopes.openUnbound(ScopeOptions.named("top"));

	private final OpenScope cancelled = openIn(this.top, this.scopes, ScopeOptions.named("cancelled"));

	@Test
	void whoSeesTheScopeCancelledSeesThoseBelowCancelled() {
		OpenScope below = openIn(this.cancelled, this.scopes, ScopeOptions.none());
		storeUntold(this.cancelled, "enough");

		assertThat(this.cancelled.isCancelled()).isTrue();

		assertThat(below.isCancelled()).isTrue();
	}

	@Test
	void whoSeesAScopeBelowCancelledSeesTheOthersCancelled() {
		OpenScope asked = openIn(this.cancelled, this.scopes, ScopeOptions.none());
		OpenScope other = openIn(this.cancelled, this.scopes, ScopeOptions.none());
		openIn(this.top, this.scopes, ScopeOptions.none()).cancel();
		other.check();
		storeUntold(this.cancelled, "enough");

		assertThat(asked.isCancelled()).isTrue();

		assertThat(other.isCancelled()).isTrue();
	}

	@Test
	void callbackRunsWhenTheScopeCloses() {
		this.cancelled.onCancel((reason) -> this.trail.add(reason.message()));
		storeUntold(this.cancelled, "enough");

		this.cancelled.close();

		assertThat(this.trail.words()).containsExactly("enough");
		assertThat(this.queue).isEmpty();
	}

	@Test
	void callbackBelowRunsWhenTheScopeCloses() {
		OpenScope below = openIn(this.cancelled, this.scopes, ScopeOptions.none());
		below.onCancel((reason) -> this.trail.add(reason.message()));
		storeUntold(this.cancelled, "enough");

		this.cancelled.close();

		assertThat(this.trail.words()).containsExactly("enough");
	}

	@Test
	void callbackOfADeadlineRunsOnTheExecutorWhenTheScopeCloses() {
		OpenScope late = openIn(this.top, this.scopes, ScopeOptions.timeout(seconds(1)));
		late.onCancel((reason) -> this.trail.add("stopped"));
		long due = node(late).own();
		node(late).storeExpiry(due, node(late).expiry(due));

		late.close();

		assertThat(this.trail.words()).isEmpty();
		this.queue.forEach(Runnable::run);
		assertThat(this.trail.words()).containsExactly("stopped");
	}

	@Test
	void blockedThreadIsInterruptedWhenTheScopeCloses() throws Exception {
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> this.cancelled.interruptibly((scope) -> {
				other.arrive();
				return new CountDownLatch(1).await(20, TimeUnit.SECONDS);
			}));
			other.awaitBlocked();
			storeUntold(this.cancelled, "enough");

			this.cancelled.close();

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class);
		}
	}

	@Test
	void callbackBelowRunsWhenAnotherComesTooLate() {
		this.cancelled.onCancel((reason) -> this.trail.add("first"));
		storeUntold(this.top, "enough");
		assertThat(this.top.isCancelled()).isTrue();

		this.cancelled.onCancel((reason) -> this.trail.add("second"));

		assertThat(this.trail.words()).containsExactly("first", "second");
	}

}
