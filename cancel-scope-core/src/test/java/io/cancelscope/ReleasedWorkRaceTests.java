package io.cancelscope;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.Races.Run;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races around the release of work. One test per race, drawn first: what stands on either
 * side of {@code |} happens at the same time on two threads, and luck decides the order.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ReleasedWorkRaceTests {

	private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

	private final Races races = new Races();

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final Deque<Registration> attached = new ArrayDeque<>();

	@AfterEach
	void endRaces() {
		this.races.close();
		endAttachments();
	}

	private void attach(CancelScope scope) {
		this.attached.push(scope.attach());
	}

	private boolean endAttachments() {
		while (!this.attached.isEmpty()) {
			this.attached.pop().close();
		}
		return true;
	}

	/** A request, a service in it, and this thread as work of the service. */
	private final class Work {

		private final OpenScope request = ReleasedWorkRaceTests.this.scopes.openUnbound(ScopeOptions.named("request"));

		private final OpenScope service = Scopes.openIn(this.request, ReleasedWorkRaceTests.this.scopes,
				ScopeOptions.named("service"));

		private final AtomicInteger calls = new AtomicInteger();

		Work() {
			attach(this.service);
		}

		Registration register() {
			return this.service.onCancel((reason) -> this.calls.incrementAndGet());
		}

		boolean close() {
			this.service.close();
			return true;
		}

		/** Another thread of the library's may be on its way with it. */
		void assertRanOnce() {
			long since = System.nanoTime();
			while (this.calls.get() == 0 && System.nanoTime() - since < PATIENCE) {
				Thread.onSpinWait();
			}
			assertThat(this.calls).hasValue(1);
		}

	}

	@Test
	void closeMeetsRegistering() throws Exception {
		// service.close | onCancel
		this.races.race(() -> {
			Work work = new Work();
			return new Run(() -> work.register() != null, work::close, (registered, closed) -> {
				work.request.cancel();
				work.assertRanOnce();
				endAttachments();
			});
		});
	}

	@Test
	void closeMeetsTheEndOfTheWork() throws Exception {
		// end of attachment | service.close
		this.races.race(() -> {
			Work work = new Work();
			Registration registration = work.register();
			return new Run(this::endAttachments, work::close, (ended, closed) -> {
				work.request.cancel();
				assertThat(work.calls).hasValue(0);
				assertThat(registration.unregister()).isTrue();
			});
		});
	}

	@Test
	void closeMeetsACancelOfTheRequest() throws Exception {
		// request.cancel | service.close
		this.races.race(() -> {
			Work work = new Work();
			work.register();
			return new Run(work.request::cancel, work::close, (cancelled, closed) -> {
				work.assertRanOnce();
				endAttachments();
			});
		});
	}

	@Test
	void closeMeetsACancelOfTheService() throws Exception {
		// service.cancel | service.close
		this.races.race(() -> {
			Work work = new Work();
			work.register();
			return new Run(work.service::cancel, work::close, (cancelled, closed) -> {
				if (!cancelled) {
					assertThat(work.calls).hasValue(0);
				}
				work.request.cancel();
				work.assertRanOnce();
				endAttachments();
			});
		});
	}

	@Test
	void closeMeetsTakingBack() throws Exception {
		// unregister | service.close
		this.races.race(() -> {
			Work work = new Work();
			Registration registration = work.register();
			return new Run(registration::unregister, work::close, (takenBack, closed) -> {
				assertThat(takenBack).isTrue();
				work.request.cancel();
				assertThat(work.calls).hasValue(0);
				endAttachments();
			});
		});
	}

	@Test
	void twoLevelsCloseAtTheSameTime() throws Exception {
		// inner.close | service.close
		this.races.race(() -> {
			Work work = new Work();
			OpenScope inner = Scopes.openIn(work.service, this.scopes, ScopeOptions.named("inner"));
			attach(inner);
			inner.onCancel((reason) -> work.calls.incrementAndGet());
			return new Run(() -> {
				inner.close();
				return true;
			}, work::close, (inside, outside) -> {
				work.request.cancel();
				work.assertRanOnce();
				endAttachments();
			});
		});
	}

	@Test
	void endOfReleasedWorkMeetsACancelOfTheRequest() throws Exception {
		// end of attachment | request.cancel
		this.races.race(() -> {
			Work work = new Work();
			Registration registration = work.register();
			work.close();
			return new Run(this::endAttachments, work.request::cancel, (ended, cancelled) -> {
				if (registration.unregister()) {
					assertThat(work.calls).hasValue(0);
				}
				else {
					work.assertRanOnce();
				}
			});
		});
	}

	@Test
	void takingBackMeetsACancelOfTheRequest() throws Exception {
		// unregister | request.cancel
		this.races.race(() -> {
			Work work = new Work();
			Registration registration = work.register();
			work.close();
			return new Run(registration::unregister, work.request::cancel, (takenBack, cancelled) -> {
				if (takenBack) {
					assertThat(work.calls).hasValue(0);
				}
				else {
					work.assertRanOnce();
				}
				endAttachments();
			});
		});
	}

	@Test
	void closeAndCancelMeetARegion() throws Exception {
		// region blocks | service.close, request.cancel
		this.races.race(() -> {
			Work work = new Work();
			return new Run(() -> isStopped(work.service), () -> work.close() && work.request.cancel(),
					(stopped, cancelled) -> {
						assertThat(stopped).as("the region is woken").isTrue();
						assertThat(Thread.currentThread().isInterrupted()).isFalse();
						endAttachments();
					});
		});
	}

	private static boolean isStopped(CancelScope scope) throws InterruptedException {
		try {
			scope.<Boolean, InterruptedException>interruptibly(
					(current) -> new CountDownLatch(1).await(10, TimeUnit.SECONDS));
			return false;
		}
		catch (ScopeCancelledException ex) {
			return true;
		}
	}

}
