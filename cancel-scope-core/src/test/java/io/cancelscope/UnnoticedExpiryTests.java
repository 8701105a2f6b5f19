package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Deadlines that have passed while the timer was late: what happened first stays first.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class UnnoticedExpiryTests {

	private final ManualTime time = new ManualTime();

	/** The same clock, but nothing ever rings. */
	private final TimeSource starved = new TimeSource() {

		@Override
		public long nanoTime() {
			return UnnoticedExpiryTests.this.time.nanoTime();
		}

		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			return () -> {
			};
		}

	};

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.starved)
		.callbackExecutor(Runnable::run)
		.build();

	@Test
	void childThatWasDueBeforeItsParentWasCancelledSaysSo() {
		List<CancelReason> told = new ArrayList<>();
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.named("parent"));
		OpenScope child = Scopes.openIn(parent, this.scopes,
				ScopeOptions.named("child").withTimeout(Duration.ofSeconds(1)));
		child.onCancel(told::add);
		this.time.advance(Duration.ofSeconds(2));

		parent.cancel("later");

		assertThat(told).singleElement()
			.satisfies((reason) -> assertThat(reason.kind()).isEqualTo(CancelReason.Kind.DEADLINE))
			.satisfies((reason) -> assertThat(reason.origin()).isEqualTo("child"));
		assertThat(child.reason()).contains(told.get(0));
	}

	@Test
	void childThatWasDueLaterThanItsParentWasCancelledIsReached() {
		List<CancelReason> told = new ArrayList<>();
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.named("parent"));
		OpenScope child = Scopes.openIn(parent, this.scopes,
				ScopeOptions.named("child").withTimeout(Duration.ofSeconds(9)));
		child.onCancel(told::add);
		this.time.advance(Duration.ofSeconds(2));

		parent.cancel("earlier");

		assertThat(told).singleElement().extracting(CancelReason::origin).isEqualTo("parent");
	}

	@Test
	void listenerIsNotToldOnTheTimersThread() throws Exception {
		List<String> threads = new CopyOnWriteArrayList<>();
		CountDownLatch told = new CountDownLatch(2);
		CancelScopes real = CancelScopes.builder().listener(new CancelScopeListener() {

			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				threads.add(Thread.currentThread().getName());
				told.countDown();
			}

		}).build();
		OpenScope parent = real.openUnbound(ScopeOptions.timeout(Duration.ofMillis(20)));
		OpenScope child = Scopes.openIn(parent, real, ScopeOptions.timeout(Duration.ofSeconds(9)));
		child.onCancel((reason) -> {
		});

		assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();

		assertThat(threads).hasSize(2).noneMatch((name) -> name.startsWith("cancel-scope-timer"));
		child.close();
		parent.close();
	}

}
