package io.cancelscope;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many scopes that expire in the same moment: their callbacks share a bounded number of
 * threads, and those that block for long don't keep the short ones from running.
 */
@Timeout(90)
class ManyExpiringTests {

	private static final int MOST_THREADS = 1_100;

	private final CancelScopes scopes = CancelScopes.create();

	private final Peak peak = new Peak();

	@Test
	void twentyThousandShortCallbacksAllBeginSoon() throws Exception {
		int all = 20_000;
		CountDownLatch begun = new CountDownLatch(all);
		Deadline deadline = Deadline.after(Duration.ofSeconds(2));
		for (int i = 0; i < all; i++) {
			expireAt(deadline, () -> {
				begun.countDown();
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
			});
		}
		assertThat(begun.getCount()).as("none is due before all are registered").isEqualTo(all);

		boolean allBegan = begun.await(20, TimeUnit.SECONDS);

		assertThat(allBegan).as(() -> begun.getCount() + " have not begun").isTrue();
		assertThat(this.peak.threads()).isLessThanOrEqualTo(MOST_THREADS);
	}

	@Test
	void twentyThousandShortCallbacksBelowOneDeadlineAllBeginSoon() throws Exception {
		int all = 20_000;
		CountDownLatch begun = new CountDownLatch(all);
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(Duration.ofSeconds(2)))) {
			for (int i = 0; i < all; i++) {
				parent.onCancel((reason) -> {
					begun.countDown();
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
				});
			}
			assertThat(begun.getCount()).as("none is due before all are registered").isEqualTo(all);

			boolean allBegan = begun.await(20, TimeUnit.SECONDS);

			assertThat(allBegan).as(() -> begun.getCount() + " have not begun").isTrue();
			assertThat(this.peak.threads()).isLessThanOrEqualTo(MOST_THREADS);
		}
	}

	@Test
	void callbacksThatBlockForEverKeepNoShortOneFromRunning() throws Exception {
		CountDownLatch blocked = new CountDownLatch(300);
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch ran = new CountDownLatch(1);
		try {
			Deadline deadline = Deadline.after(Duration.ofMillis(200));
			for (int i = 0; i < 300; i++) {
				expireAt(deadline, () -> {
					blocked.countDown();
					awaitRelease(release);
				});
			}
			assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();

			expireAt(Deadline.after(Duration.ofMillis(20)), ran::countDown);

			assertThat(ran.await(5, TimeUnit.SECONDS)).as("the short one runs").isTrue();
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void moreBlockingCallbacksThanThreadsAllRunInTheEnd() throws Exception {
		int all = 1_500;
		AtomicInteger runs = new AtomicInteger();
		CountDownLatch many = new CountDownLatch(301);
		CountDownLatch tooMany = new CountDownLatch(1_400);
		CountDownLatch ended = new CountDownLatch(all);
		CountDownLatch release = new CountDownLatch(1);
		try {
			Deadline deadline = Deadline.after(Duration.ofMillis(500));
			for (int i = 0; i < all; i++) {
				expireAt(deadline, () -> {
					runs.incrementAndGet();
					many.countDown();
					tooMany.countDown();
					awaitRelease(release);
					ended.countDown();
				});
			}
			assertThat(many.await(20, TimeUnit.SECONDS)).as("as many as there may be threads run at once").isTrue();
			// Time for the threads that should not come; virtual ones all do.
			tooMany.await(1500, TimeUnit.MILLISECONDS);
		}
		finally {
			release.countDown();
		}

		assertThat(ended.await(20, TimeUnit.SECONDS)).as("all run").isTrue();
		assertThat(runs).hasValue(all);
		assertThat(this.peak.threads()).isLessThanOrEqualTo(MOST_THREADS);
	}

	private void expireAt(Deadline deadline, Runnable callback) {
		this.scopes.openUnbound(ScopeOptions.none().withDeadline(deadline)).onCancel((reason) -> callback.run());
	}

	private static void awaitRelease(CountDownLatch release) {
		try {
			release.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** The most callback threads at one time since this was made, as the JVM counts. */
	private static final class Peak {

		private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

		private final int before;

		private final int callbackThreadsBefore;

		Peak() {
			this.threads.resetPeakThreadCount();
			this.before = this.threads.getThreadCount();
			this.callbackThreadsBefore = (int) Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().startsWith("cancel-scope-callback-"))
				.count();
		}

		int threads() {
			return this.callbackThreadsBefore + this.threads.getPeakThreadCount() - this.before;
		}

	}

}
