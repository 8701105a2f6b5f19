package io.cancelscope;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.LogTrail;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The library's own threads: how many come for a task, who starts them, and when they go.
 */
@Timeout(60)
class CallbackThreadsTests {

	private static final long FOR_EVER = TimeUnit.HOURS.toNanos(1);

	private final CountDownLatch release = new CountDownLatch(1);

	private final MadeThreads factory = new MadeThreads("test-callback");

	private final LogTrail log = new LogTrail();

	@AfterEach
	void releaseAll() {
		this.release.countDown();
		this.factory.awaitQuiet();
		this.log.close();
	}

	private CallbackThreads threads(int quick, int most) {
		return new CallbackThreads(this.factory, quick, most, null, FOR_EVER);
	}

	/** A task that does not end before the test does. */
	private Runnable blocking(CountDownLatch begun) {
		return () -> {
			begun.countDown();
			awaitQuietly(this.release);
		};
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new AssertionError("A thread of the library's was interrupted", ex);
		}
	}

	private static @Nullable Thread runOn(CallbackThreads threads) throws InterruptedException {
		LinkedBlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
		threads.execute(() -> ran.add(Thread.currentThread()));
		return ran.poll(10, TimeUnit.SECONDS);
	}

	private static void awaitWaiting(Thread thread) {
		await("a thread without work").until(() -> thread.getState() == Thread.State.TIMED_WAITING);
	}

	@Test
	void threadThatIsIdleTakesTheNextTask() throws Exception {
		CallbackThreads threads = threads(4, 4);
		Thread first = runOn(threads);
		assertThat(first).isNotNull();
		awaitWaiting(first);

		Thread second = runOn(threads);
		awaitWaiting(first);
		Thread third = runOn(threads);

		assertThat(second).isSameAs(first);
		assertThat(third).isSameAs(first);
		assertThat(threads.alive()).isEqualTo(1);
	}

	@Test
	void asManyThreadsComeAtOnceAsAreQuick() {
		CallbackThreads threads = threads(3, 3);
		CountDownLatch begun = new CountDownLatch(3);

		for (int i = 0; i < 3; i++) {
			threads.execute(blocking(begun));
		}

		assertThat(Patience.await(begun)).isTrue();
		assertThat(threads.alive()).isEqualTo(3);
	}

	/** Who hands tasks over starts the first, and that one the next. */
	@Test
	void threadStartsTheNextOneItself() {
		CountDownLatch mayLook = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(2);
		List<Thread> starters = new CopyOnWriteArrayList<>();
		CallbackThreads threads = new CallbackThreads((task) -> {
			starters.add(Thread.currentThread());
			return this.factory.newThread(() -> {
				awaitQuietly(mayLook);
				task.run();
			});
		}, 2, 2, null, FOR_EVER);

		threads.execute(blocking(begun));
		threads.execute(blocking(begun));
		mayLook.countDown();

		assertThat(Patience.await(begun)).isTrue();
		assertThat(starters).containsExactly(Thread.currentThread(), this.factory.made.get(0));
	}

	@Test
	void taskWaitsWhereAllThreadsAreBusy() {
		CallbackThreads threads = threads(1, 1);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch later = new CountDownLatch(2);
		threads.execute(blocking(begun));
		assertThat(Patience.await(begun)).isTrue();

		threads.execute(later::countDown);
		threads.execute(later::countDown);

		MadeThreads.awaitTimer(Duration.ofMillis(100));
		assertThat(later.getCount()).isEqualTo(2);
		assertThat(threads.alive()).isEqualTo(1);
		this.release.countDown();
		assertThat(Patience.await(later)).isTrue();
		assertThat(threads.alive()).isEqualTo(1);
	}

	/** Some come each time the queue has not moved, so it takes more than one look. */
	@Test
	void moreThreadsComeWhileTheQueueDoesNotMove() throws Exception {
		CallbackThreads threads = threads(1, 20);
		CountDownLatch begun = new CountDownLatch(20);
		runOn(threads);

		for (int i = 0; i < 20; i++) {
			threads.execute(blocking(begun));
		}

		assertThat(Patience.await(begun)).as(() -> begun.getCount() + " have not begun").isTrue();
		assertThat(threads.alive()).isEqualTo(20);
	}

	/** It moved once, and not since: somebody has to look again. */
	@Test
	void moreThreadsComeWhenTheQueueStopsMoving() {
		CallbackThreads threads = threads(1, 2);
		CountDownLatch first = new CountDownLatch(1);
		CountDownLatch mayEnd = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(2);
		threads.execute(() -> {
			first.countDown();
			awaitQuietly(mayEnd);
		});
		assertThat(Patience.await(first)).isTrue();
		threads.execute(blocking(begun));
		threads.execute(blocking(begun));

		mayEnd.countDown();

		assertThat(Patience.await(begun)).as(() -> begun.getCount() + " have not begun").isTrue();
	}

	@Test
	void onceItIsLoggedThatAllAreBlocked() {
		CallbackThreads threads = threads(1, 2);
		CountDownLatch begun = new CountDownLatch(2);
		CountDownLatch later = new CountDownLatch(1);
		threads.execute(blocking(begun));
		threads.execute(blocking(begun));
		assertThat(Patience.await(begun)).isTrue();

		threads.execute(later::countDown);

		await("the complaint").until(() -> !this.log.lines().isEmpty());
		MadeThreads.awaitTimer(Duration.ofMillis(100));
		this.release.countDown();
		assertThat(Patience.await(later)).isTrue();
		assertThat(this.log.lines()).singleElement().asString().contains("All 2 threads for callbacks are blocked");
	}

	@Test
	void nothingIsLoggedWhileMoreThreadsMayCome() {
		CallbackThreads threads = threads(1, 20);
		CountDownLatch begun = new CountDownLatch(3);

		for (int i = 0; i < 3; i++) {
			threads.execute(blocking(begun));
		}

		assertThat(Patience.await(begun)).isTrue();
		assertThat(this.log.lines()).isEmpty();
	}

	@Test
	void idleThreadsEndAndOthersComeLater() throws Exception {
		CallbackThreads threads = new CallbackThreads(this.factory, 1, 9, null, 0);
		CountDownLatch begun = new CountDownLatch(3);
		for (int i = 0; i < 3; i++) {
			threads.execute(blocking(begun));
		}
		assertThat(Patience.await(begun)).isTrue();

		this.release.countDown();

		await("all threads to end").until(() -> threads.alive() == 0);
		assertThat(this.factory.made).hasSize(3);
		assertThat(runOn(threads)).isNotNull().isNotIn(this.factory.made.subList(0, 3));
	}

}
