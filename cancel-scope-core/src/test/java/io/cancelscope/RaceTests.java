package io.cancelscope;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.Races.Run;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races for one scope. One test per race, drawn first: what stands on either side of
 * {@code |} happens at the same time on two threads, and luck decides the order.
 */
@ExtendWith(ThreadStaysClean.class)
class RaceTests {

	private final Races races = new Races();

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final ExecutorService pool = Executors.newFixedThreadPool(2);

	@AfterEach
	void endRaces() {
		this.races.close();
		this.pool.shutdownNow();
	}

	@Test
	void cancelMeetsClose() throws Exception {
		// cancel | close
		this.races.race(() -> {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			scope.onCancel((reason) -> calls.incrementAndGet());
			return new Run(scope::cancel, () -> {
				scope.close();
				return true;
			}, (cancelled, closed) -> {
				assertThat(scope.isCancelled()).isEqualTo(cancelled);
				assertThat(calls).hasValue(cancelled ? 1 : 0);
			});
		});
	}

	@Test
	void cancelMeetsCancel() throws Exception {
		// cancel, look below | cancel, look below
		this.races.race(() -> {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			OpenScope child = Scopes.openIn(scope, this.scopes, ScopeOptions.none());
			AtomicInteger won = new AtomicInteger();
			Callable<Boolean> cancel = () -> {
				won.addAndGet(scope.cancel() ? 1 : 0);
				return child.isCancelled();
			};
			return new Run(cancel, cancel, (one, other) -> {
				assertThat(one && other).as("when cancel returns, all below is cancelled").isTrue();
				assertThat(won).hasValue(1);
			});
		});
	}

	@Test
	void lastCallbackLeavesWhileItsScopeMovesUp() throws Exception {
		// unregister | close the scope between
		ManualTime time = new ManualTime();
		OpenScope top = Scopes.on(time).openUnbound(ScopeOptions.timeout(Scopes.SECOND));
		this.races.race(() -> {
			OpenScope between = Scopes.openIn(top, this.scopes, ScopeOptions.none());
			OpenScope leaf = Scopes.openIn(between, this.scopes, ScopeOptions.none());
			Registration callback = leaf.onCancel((reason) -> {
			});
			return new Run(callback::unregister, () -> {
				between.close();
				return true;
			}, (taken, closed) -> assertThat(time.pending()).as("alarms though nothing waits").isZero());
		});
	}

	@Test
	void endOfAnAttachmentMeetsCurrent() throws Exception {
		// end an attachment | ask which scope is current there
		OpenScope attached = this.scopes.openUnbound(ScopeOptions.named("attached"));
		this.races.race(() -> {
			OpenScope around = this.scopes.open(ScopeOptions.named("around"));
			Registration attachment = attached.attach();
			return new Run(() -> {
				String seen;
				do {
					seen = CancelScope.current().name();
				}
				while (seen.equals("attached"));
				around.close();
				return seen.equals("around");
			}, () -> {
				attachment.close();
				return true;
			}, (rightly, ended) -> assertThat(rightly).as("it was one or the other").isTrue());
		});
	}

	@Test
	void cancelMeetsOnCancel() throws Exception {
		// cancel | onCancel
		this.races.race(() -> {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			return new Run(scope::cancel, () -> {
				scope.onCancel((reason) -> calls.incrementAndGet());
				return true;
			}, (cancelled, registered) -> assertThat(calls).hasValue(1));
		});
	}

	@Test
	void unregisterMeetsCancel() throws Exception {
		// cancel | unregister
		this.races.race(() -> {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			Registration registration = scope.onCancel((reason) -> calls.incrementAndGet());
			return new Run(scope::cancel, registration::unregister,
					(cancelled, takenBack) -> assertThat(calls).hasValue(takenBack ? 0 : 1));
		});
	}

	@Test
	void twoCloseTheSameScope() throws Exception {
		// close | close
		AtomicInteger closed = new AtomicInteger();
		CancelScopes listening = CancelScopes.builder().listener(new CancelScopeListener() {

			@Override
			public void closed(CancelScope scope) {
				closed.incrementAndGet();
			}

		}).build();
		this.races.race(() -> {
			OpenScope scope = listening.openUnbound(ScopeOptions.none());
			closed.set(0);
			Callable<Boolean> close = () -> {
				scope.close();
				return true;
			};
			return new Run(close, close, (one, other) -> assertThat(closed).hasValue(1));
		});
	}

	@Test
	void closeOfARegistrationMeetsTheRun() throws Exception {
		// cancel -> callback | registration.close
		this.races.race(() -> {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			int[] inUse = new int[1]; // plain: close() has to order what the callback
										// wrote
			Registration registration = scope.onCancel((reason) -> {
				inUse[0]++;
				Thread.onSpinWait();
				inUse[0]--;
			});
			return new Run(scope::cancel, () -> {
				registration.close();
				return inUse[0] == 0;
			}, (cancelled, free) -> assertThat(free).isTrue());
		});
	}

	@Test
	void callbackRegisteredWhileOthersRunIsNotLost() throws Exception {
		// cancel -> first callback waits | onCancel
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch registered = new CountDownLatch(1);
		AtomicInteger calls = new AtomicInteger();
		scope.onCancel((reason) -> {
			running.countDown();
			awaitQuietly(registered);
		});
		Future<Boolean> cancel = this.pool.submit(() -> scope.cancel());
		assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();

		scope.onCancel((reason) -> calls.incrementAndGet());
		assertThat(calls).hasValue(1);
		registered.countDown();

		assertThat(cancel.get(10, TimeUnit.SECONDS)).isTrue();
		assertThat(calls).hasValue(1);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
