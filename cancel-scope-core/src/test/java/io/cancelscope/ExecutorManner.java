package io.cancelscope;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * How an executor may treat a task, other than running it once on a thread of its own.
 */
enum ExecutorManner {

	RUNS_IT_ON_THE_CALLER, RUNS_IT_ON_THE_CALLER_WHEN_FULL, REJECTS, THROWS_UNCHECKED, HAS_NO_THREADS, THROWS_CHECKED,
	DISCARDS, KEEPS_IT, RUNS_IT_TWICE, RUNS_IT_TEN_TIMES_AT_ONCE;

	ManneredExecutor create() {
		return new ManneredExecutor(this);
	}

	/** An executor with these manners. */
	static final class ManneredExecutor implements Executor, AutoCloseable {

		private final ExecutorManner manner;

		private final ThreadPoolExecutor full = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS,
				new SynchronousQueue<>(), daemons(), new ThreadPoolExecutor.CallerRunsPolicy());

		private final CountDownLatch roomMade = new CountDownLatch(1);

		private final List<Runnable> kept = new CopyOnWriteArrayList<>();

		private final List<Thread> threads = new CopyOnWriteArrayList<>();

		private ManneredExecutor(ExecutorManner manner) {
			this.manner = manner;
			if (manner == RUNS_IT_ON_THE_CALLER_WHEN_FULL) {
				this.full.execute(this::awaitRoom);
			}
		}

		private static ThreadFactory daemons() {
			return (task) -> {
				Thread thread = Executors.defaultThreadFactory().newThread(task);
				thread.setDaemon(true);
				return thread;
			};
		}

		private void awaitRoom() {
			try {
				this.roomMade.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public void execute(Runnable task) {
			switch (this.manner) {
				case RUNS_IT_ON_THE_CALLER -> task.run();
				case RUNS_IT_ON_THE_CALLER_WHEN_FULL -> this.full.execute(task);
				case REJECTS -> throw new RejectedExecutionException("shut down");
				case THROWS_UNCHECKED -> throw new IllegalStateException("not initialized");
				case HAS_NO_THREADS -> throw Sneaky.OUT_OF_THREADS.raise();
				case THROWS_CHECKED -> throw Sneaky.CHECKED.raise();
				case DISCARDS -> {
				}
				case KEEPS_IT -> this.kept.add(task);
				case RUNS_IT_TWICE -> start(() -> {
					task.run();
					task.run();
				});
				case RUNS_IT_TEN_TIMES_AT_ONCE -> runTogether(task);
			}
		}

		private void runTogether(Runnable task) {
			CyclicBarrier start = new CyclicBarrier(10);
			for (int i = 0; i < 10; i++) {
				start(() -> {
					try {
						start.await(10, TimeUnit.SECONDS);
					}
					catch (Exception ex) {
						return;
					}
					task.run();
				});
			}
		}

		private void start(Runnable work) {
			this.threads.add(Patience.start(work));
		}

		/** Runs what was kept, and waits for what still runs: nothing comes after it. */
		void finish() throws InterruptedException {
			this.kept.forEach(Runnable::run);
			for (Thread thread : this.threads) {
				thread.join(TimeUnit.SECONDS.toMillis(10));
			}
		}

		@Override
		public void close() {
			this.roomMade.countDown();
			this.full.shutdownNow();
		}

	}

}
