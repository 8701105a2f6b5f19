package io.cancelscope;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.cancelscope.testing.LogTrail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The real timer's thread: when it is there, when it wakes, and what it survives.
 */
@Timeout(30)
class SystemTimeTests {

	private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(20);

	/** Longer than a busy machine holds up a thread between two statements. */
	private static final long LATER = TimeUnit.MILLISECONDS.toNanos(500);

	private static final long HOUR = TimeUnit.HOURS.toNanos(1);

	private static final long LONG_IDLE = TimeUnit.MINUTES.toNanos(1);

	private final BlockingQueue<String> rung = new LinkedBlockingQueue<>();

	private String next() throws InterruptedException {
		return this.rung.poll(20, TimeUnit.SECONDS);
	}

	/** The thread that a time runs its tasks on, asleep again. */
	private static Thread sleeperOf(SystemTime time) throws InterruptedException {
		BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
		time.schedule(() -> threads.add(Thread.currentThread()), 0);
		Thread thread = threads.poll(20, TimeUnit.SECONDS);
		assertThat(thread).isNotNull();
		awaitAsleep(thread);
		return thread;
	}

	private static void awaitAsleep(Thread thread) {
		await().pollInterval(Duration.ofMillis(1)).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
	}

	@Test
	void threadStartsWithTheFirstTaskAndEndsWhenIdle() throws Exception {
		SystemTime time = new SystemTime(SHORT);
		assertThat(time.isRunning()).isFalse();

		time.schedule(() -> this.rung.add("a while running: " + time.isRunning()), 0);

		assertThat(next()).isEqualTo("a while running: true");
		await().until(() -> !time.isRunning());
		time.schedule(() -> this.rung.add("b"), 0);
		assertThat(next()).isEqualTo("b");
	}

	@Test
	void threadStaysForAsLongAsSomethingWaits() throws Exception {
		SystemTime time = new SystemTime(SHORT);
		Runnable cancel = time.schedule(() -> this.rung.add("far"), HOUR);
		Thread thread = sleeperOf(time);

		// More than the idle time, twice.
		for (int i = 0; i < 2; i++) {
			time.schedule(() -> this.rung.add("due"), 2 * SHORT);
			assertThat(next()).isEqualTo("due");
		}
		assertThat(sleeperOf(time)).isSameAs(thread);
		cancel.run();

		await().until(() -> !thread.isAlive());
		assertThat(time.isRunning()).isFalse();
		assertThat(this.rung).isEmpty();
	}

	@Test
	void idleThreadSleepsOnWhenItIsWokenForNothing() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		Thread thread = sleeperOf(time);

		for (int i = 0; i < 10; i++) {
			LockSupport.unpark(thread);
			awaitAsleep(thread);
		}

		assertThat(sleeperOf(time)).isSameAs(thread);
	}

	@Test
	void tasksThatGoBeforeTheThreadIsAwakeShareOneThread() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		Thread thread = sleeperOf(time);

		for (int i = 0; i < 20; i++) {
			time.schedule(() -> this.rung.add("no"), LONG_IDLE / 2 - i * SHORT).run();
			awaitAsleep(thread);
		}

		assertThat(sleeperOf(time)).isSameAs(thread);
		assertThat(this.rung).isEmpty();
	}

	@Test
	void threadIsStillThereForATaskRightAfterTheLast() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);

		Thread thread = sleeperOf(time);

		for (int i = 0; i < 5; i++) {
			assertThat(sleeperOf(time)).isSameAs(thread);
		}
		assertThat(time.isRunning()).isTrue();
	}

	@Test
	void threadIsADaemonWithoutAClassLoader() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);

		Thread thread = sleeperOf(time);

		assertThat(thread.isDaemon()).isTrue();
		assertThat(thread.getContextClassLoader()).isNull();
		assertThat(thread.getName()).matches("cancel-scope-timer-[1-9]\\d*");
	}

	@Test
	void timerThreadKnowsItself() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);

		time.schedule(() -> this.rung.add("on the timer's thread: " + time.isTimerThread()), 0);

		assertThat(next()).isEqualTo("on the timer's thread: true");
		assertThat(time.isTimerThread()).isFalse();
	}

	@Test
	void tasksRunInTheOrderOfTheirTimesAndNotBefore() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		long start = System.nanoTime();

		time.schedule(() -> this.rung.add("third " + isPast(start + 2 * LATER)), 2 * LATER);
		time.schedule(() -> this.rung.add("second " + isPast(start + LATER)), LATER);
		time.schedule(() -> this.rung.add("first " + isPast(start)), -HOUR);

		assertThat(next()).isEqualTo("first true");
		assertThat(next()).isEqualTo("second true");
		assertThat(next()).isEqualTo("third true");
		assertThat(time.pending()).isZero();
	}

	private static boolean isPast(long instant) {
		return System.nanoTime() - instant >= 0;
	}

	@Test
	void earlierTaskWakesTheThread() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		Thread thread = sleeperOf(time);
		time.schedule(() -> this.rung.add("far"), HOUR);
		awaitAsleep(thread);

		time.schedule(() -> this.rung.add("near"), SHORT);

		assertThat(next()).isEqualTo("near");
		assertThat(time.pending()).isEqualTo(1);
	}

	@Test
	void taskWakesTheIdleThread() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		sleeperOf(time);

		time.schedule(() -> this.rung.add("near"), SHORT);

		assertThat(next()).isEqualTo("near");
	}

	@Test
	void removedTaskLeavesAtOnceAndDoesNotRun() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		Runnable cancelNear = time.schedule(() -> this.rung.add("near"), LONG_IDLE);
		Runnable cancelFar = time.schedule(() -> this.rung.add("far"), HOUR);
		assertThat(time.pending()).isEqualTo(2);

		cancelNear.run();
		cancelNear.run();
		assertThat(time.pending()).isEqualTo(1);
		cancelFar.run();

		assertThat(time.pending()).isZero();
		time.schedule(() -> this.rung.add("last"), SHORT);
		assertThat(next()).isEqualTo("last");
		assertThat(this.rung).isEmpty();
	}

	@Test
	void noTaskIsForgottenHoweverItMeetsTheThread() throws Exception {
		// schedule | look, find nothing, fall asleep, or end
		SystemTime time = new SystemTime(1);
		ExecutorService pool = Executors.newFixedThreadPool(4);
		try {
			List<Callable<Integer>> clients = Collections.nCopies(4, () -> {
				Semaphore ran = new Semaphore(0);
				int missing = 0;
				for (int i = 0; i < 2000; i++) {
					time.schedule(ran::release, i % 3 * 1000);
					missing += ran.tryAcquire(5, TimeUnit.SECONDS) ? 0 : 1;
				}
				return missing;
			});
			for (Future<Integer> client : pool.invokeAll(clients)) {
				assertThat(client.get()).isZero();
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(time.pending()).isZero();
	}

	@Test
	void earlierTaskOfAnotherThreadWakesTheThread() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		Thread thread = sleeperOf(time);
		for (int hours = 7; hours >= 0; hours--) {
			String name = "due after " + hours + " hours";
			long delay = hours * HOUR;
			Thread other = new Thread(() -> time.schedule(() -> this.rung.add(name), delay));
			other.start();
			other.join();
			awaitAsleep(thread);
		}

		assertThat(next()).isEqualTo("due after 0 hours");
		assertThat(time.pending()).isEqualTo(7);
	}

	@Test
	void taskThatThrowsDoesNotEndTheThread() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);

		try (LogTrail log = new LogTrail()) {
			time.schedule(() -> {
				throw new IllegalStateException("broken");
			}, 0);
			Thread thread = sleeperOf(time);
			time.schedule(() -> {
				throw new AssertionError("broken badly");
			}, 0);

			assertThat(sleeperOf(time)).isSameAs(thread);
			assertThat(log.lines()).containsExactly(
					"SEVERE A task of the timer failed. The timer continues: java.lang.IllegalStateException: broken",
					"SEVERE A task of the timer failed. The timer continues: java.lang.AssertionError: broken badly");
		}
	}

	@Test
	void interruptIsNothingToTheThread() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		time.schedule(() -> this.rung.add("far"), HOUR);
		Thread thread = sleeperOf(time);

		thread.interrupt();

		await().until(() -> !thread.isInterrupted());
		awaitAsleep(thread);
		time.schedule(() -> this.rung.add("near"), SHORT);
		assertThat(next()).isEqualTo("near");
	}

	@Test
	void farthestDelayDoesNotOverflow() throws Exception {
		SystemTime time = new SystemTime(LONG_IDLE);
		time.schedule(() -> this.rung.add("never"), Long.MAX_VALUE);

		time.schedule(() -> this.rung.add("near"), 0);

		assertThat(next()).isEqualTo("near");
		assertThat(time.pending()).isEqualTo(1);
	}

	@Test
	void systemsClockIsTheJvms() {
		long before = System.nanoTime();

		long read = TimeSource.system().nanoTime();

		assertThat(read - before).isBetween(0L, System.nanoTime() - before);
		assertThat(TimeSource.system()).isSameAs(SystemTime.INSTANCE).hasToString("TimeSource.system()");
	}

}
