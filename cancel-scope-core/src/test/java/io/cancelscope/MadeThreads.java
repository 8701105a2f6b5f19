package io.cancelscope;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The threads that a test's {@link CallbackThreads} are given, and a way to wait until
 * none of them has anything left to do: what they still log would be another test's.
 */
final class MadeThreads implements ThreadFactory {

	private final String name;

	final List<Thread> made = new CopyOnWriteArrayList<>();

	MadeThreads(String name) {
		this.name = name;
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task, this.name);
		thread.setDaemon(true);
		this.made.add(thread);
		return thread;
	}

	void awaitQuiet() {
		awaitNoWork();
		awaitTimer(Duration.ofMillis(50));
		awaitNoWork();
	}

	private void awaitNoWork() {
		await("threads without work").pollInterval(Duration.ofMillis(5)).until(this::isQuiet);
	}

	private boolean isQuiet() {
		return this.made.stream().map(Thread::getState).allMatch((state) -> switch (state) {
			case TERMINATED, WAITING, TIMED_WAITING -> true;
			case NEW, RUNNABLE, BLOCKED -> false;
		});
	}

	/** What the timer had to do until then has been done. */
	static void awaitTimer(Duration duration) {
		CountDownLatch rang = new CountDownLatch(1);
		TimeSource.system().schedule(rang::countDown, duration.toNanos());
		assertThat(Patience.await(rang)).as("the timer rings").isTrue();
	}

}
