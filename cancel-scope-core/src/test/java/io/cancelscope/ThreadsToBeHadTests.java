package io.cancelscope;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.LogTrail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No task of the library's threads is lost where no thread is to be had, or where virtual
 * ones take over; and none changes a thread for the next.
 */
@Timeout(60)
class ThreadsToBeHadTests {

	private static final long FOR_EVER = TimeUnit.HOURS.toNanos(1);

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicInteger refusals = new AtomicInteger();

	private final MadeThreads platform = new MadeThreads("platform");

	private final MadeThreads virtual = new MadeThreads("virtual");

	private final LogTrail log = new LogTrail();

	@AfterEach
	void releaseAll() {
		this.release.countDown();
		this.platform.awaitQuiet();
		this.virtual.awaitQuiet();
		this.log.close();
	}

	/** Has no thread the first few times. */
	private ThreadFactory refusing(int times, ThreadFactory otherwise) {
		return (task) -> {
			if (this.refusals.incrementAndGet() <= times) {
				throw Sneaky.OUT_OF_THREADS.raise();
			}
			return otherwise.newThread(task);
		};
	}

	private void block(CallbackThreads threads) {
		CountDownLatch begun = new CountDownLatch(1);
		threads.execute(() -> {
			begun.countDown();
			Patience.await(this.release);
		});
		assertThat(Patience.await(begun)).isTrue();
	}

	@Test
	void taskForWhichThereIsNoThreadRunsWhenThereIsOne() {
		CallbackThreads threads = new CallbackThreads(refusing(3, this.platform), 1, 1, null, FOR_EVER);
		CountDownLatch ran = new CountDownLatch(1);

		threads.execute(ran::countDown);

		assertThat(Patience.await(ran)).isTrue();
		assertThat(this.refusals).hasValue(4);
		assertThat(threads.alive()).isEqualTo(1);
		assertThat(this.log.lines()).as("complaints that all of them are blocked").isEmpty();
	}

	@Test
	void virtualThreadTakesOverWhereTheQuickOnesAreBusy() throws Exception {
		CallbackThreads threads = new CallbackThreads(this.platform, 1, 1, this.virtual, FOR_EVER);
		LinkedBlockingQueue<String> names = new LinkedBlockingQueue<>();
		threads.execute(() -> {
			names.add(Thread.currentThread().getName());
			Patience.await(this.release);
		});
		assertThat(names.poll(10, TimeUnit.SECONDS)).isEqualTo("platform");

		threads.execute(() -> names.add(Thread.currentThread().getName()));

		assertThat(names.poll(10, TimeUnit.SECONDS)).isEqualTo("virtual");
		assertThat(threads.alive()).isEqualTo(1);
	}

	@Test
	void taskForWhichThereIsNoVirtualThreadRunsWhenThereIsOne() {
		CallbackThreads threads = new CallbackThreads(this.platform, 1, 1, refusing(2, this.virtual), FOR_EVER);
		CountDownLatch ran = new CountDownLatch(2);
		block(threads);

		threads.execute(ran::countDown);
		threads.execute(ran::countDown);

		assertThat(Patience.await(ran)).isTrue();
		assertThat(this.refusals).hasValue(4);
	}

	@Test
	void tasksRunInTheOrderTheyCameAlsoWhereAVirtualThreadWasMissing() {
		CallbackThreads threads = new CallbackThreads(this.platform, 1, 1, refusing(Integer.MAX_VALUE, this.virtual),
				FOR_EVER);
		List<String> order = new CopyOnWriteArrayList<>();
		CountDownLatch ran = new CountDownLatch(2);
		block(threads);
		for (String name : List.of("one", "two")) {
			threads.execute(() -> {
				order.add(name);
				ran.countDown();
			});
		}

		this.release.countDown();

		assertThat(Patience.await(ran)).isTrue();
		assertThat(order).containsExactly("one", "two");
	}

	@Test
	void taskThatFailsIsLoggedAndTheThreadGoesOn() {
		CallbackThreads threads = new CallbackThreads(this.platform, 1, 1, null, FOR_EVER);
		List<Thread> ran = new CopyOnWriteArrayList<>();
		CountDownLatch next = new CountDownLatch(1);

		threads.execute(() -> {
			ran.add(Thread.currentThread());
			throw new IllegalStateException("on purpose");
		});
		threads.execute(() -> {
			ran.add(Thread.currentThread());
			next.countDown();
		});

		assertThat(Patience.await(next)).isTrue();
		assertThat(ran).hasSize(2);
		assertThat(ran.get(1)).isSameAs(ran.get(0));
		assertThat(this.log.lines()).anySatisfy(
				(line) -> assertThat(line).contains("A task of the library's threads failed. The threads continue")
					.endsWith("on purpose"));
	}

	@Test
	void interruptThatATaskLeavesIsNothingToTheNext() throws Exception {
		CallbackThreads threads = new CallbackThreads(this.platform, 1, 1, null, FOR_EVER);
		LinkedBlockingQueue<Boolean> flags = new LinkedBlockingQueue<>();

		threads.execute(() -> Thread.currentThread().interrupt());
		threads.execute(() -> flags.add(Thread.currentThread().isInterrupted()));

		assertThat(flags.poll(10, TimeUnit.SECONDS)).isFalse();
		assertThat(threads.alive()).isEqualTo(1);
	}

}
