package io.cancelscope;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Runs code on another thread and waits for it, without a look at the interrupt flag of
 * the thread that waits: what the other thread does to that flag is what tests are about.
 */
final class Elsewhere {

	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

	private Elsewhere() {
	}

	static void run(Runnable work) {
		FutureTask<Boolean> task = new FutureTask<>(work, true);
		Thread thread = Patience.start(task);
		long since = System.nanoTime();
		while (thread.isAlive() && System.nanoTime() - since < PATIENCE) {
			Thread.onSpinWait();
		}
		if (!task.isDone()) {
			throw new AssertionError("The other thread does not come to its end");
		}
		boolean interrupted = Thread.interrupted();
		try {
			task.get();
		}
		catch (Exception ex) {
			throw new AssertionError("The other thread failed", ex);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
