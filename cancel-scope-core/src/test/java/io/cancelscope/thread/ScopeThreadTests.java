package io.cancelscope.thread;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Threads that count whose interrupt it was.
 */
@Timeout(30)
class ScopeThreadTests {

	private final ThreadFactory factory = ScopeThreads.factory("counting-");

	private <T> T onCountingThread(Callable<T> work) throws Exception {
		return on(this.factory, work);
	}

	private static <T> T on(ThreadFactory factory, Callable<T> work) throws Exception {
		FutureTask<T> task = new FutureTask<>(work);
		factory.newThread(task).start();
		return task.get(20, TimeUnit.SECONDS);
	}

	private static ScopeThread self() {
		return (ScopeThread) Thread.currentThread();
	}

	/** The flag, which it clears, and the count. */
	private static String flagAndCount() {
		return Thread.interrupted() + " " + self().foreignInterrupts();
	}

	@Test
	void interruptOfAnotherThreadArrivesAndIsCounted() throws Exception {
		String seen = onCountingThread(() -> {
			ScopeThread self = self();
			Thread other = new Thread(self::interrupt);
			other.start();
			while (other.isAlive()) {
				Thread.onSpinWait();
			}
			return flagAndCount();
		});

		assertThat(seen).isEqualTo("true 1");
	}

	@Test
	void ownInterruptArrivesAndIsNotCounted() throws Exception {
		String seen = onCountingThread(() -> {
			self().interrupt();
			return flagAndCount();
		});

		assertThat(seen).isEqualTo("true 0");
	}

	@Test
	void scopesInterruptArrivesAndIsNotCounted() throws Exception {
		String seen = onCountingThread(() -> {
			self().interruptByScope();
			return flagAndCount();
		});

		assertThat(seen).isEqualTo("true 0");
	}

	@Test
	void threadsAreOrdinaryWhoeverMakesThem() throws Exception {
		ThreadFactory humble = (task) -> {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			thread.setPriority(Thread.MIN_PRIORITY);
			return thread;
		};

		Thread made = on(humble, () -> this.factory.newThread(() -> {
		}));

		assertThat(made.isDaemon()).isFalse();
		assertThat(made.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
		assertThat(made.getName()).isEqualTo("counting-1");
	}

}
