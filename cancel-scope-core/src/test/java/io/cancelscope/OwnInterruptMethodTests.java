package io.cancelscope;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.ThreadFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R23: a thread whose class has an {@code interrupt()} of its own is interrupted by
 * foreign code, which may block, so the timer's thread does not call it. The JDK's own
 * classes and the counting threads are none of these.
 */
@Timeout(60)
class OwnInterruptMethodTests {

	private static class Overriding extends Thread {

		Overriding(Runnable task) {
			super(task);
		}

		@Override
		public void interrupt() {
			super.interrupt();
		}

	}

	/** Inherits it from a class which is not the JDK's. */
	private static final class Inheriting extends Overriding {

		Inheriting(Runnable task) {
			super(task);
		}

	}

	private static final class Plain extends Thread {

		Plain(Runnable task) {
			super(task);
		}

	}

	private static boolean isForeignOn(ThreadFactory factory) throws Exception {
		try (OtherThread other = new OtherThread(factory)) {
			return other.start(() -> Gate.ofCallingThread(new Object[1]).interruptsByForeignCode()).value();
		}
	}

	@ParameterizedTest
	@EnumSource
	void kindsOfThreadsThatAreKnownAreInterruptedByTheJdk(OnThread kind) throws Exception {
		assertThat(isForeignOn(kind.factory())).isFalse();
	}

	@Test
	void subclassThatLeavesItAsItIsIsInterruptedByTheJdk() throws Exception {
		assertThat(isForeignOn(Plain::new)).isFalse();
	}

	@Test
	void workerOfAForkJoinPoolIsInterruptedByTheJdk() {
		ForkJoinPool pool = new ForkJoinPool(1);
		try {
			boolean foreign = pool.submit(() -> {
				assertThat(Thread.currentThread()).isInstanceOf(ForkJoinWorkerThread.class);
				return Gate.ofCallingThread(new Object[1]).interruptsByForeignCode();
			}).join();

			assertThat(foreign).isFalse();
		}
		finally {
			pool.shutdown();
		}
	}

	@Test
	void subclassThatOverridesItIsInterruptedByForeignCode() throws Exception {
		assertThat(isForeignOn(Overriding::new)).isTrue();
	}

	@Test
	void subclassOfOneThatOverridesItIsInterruptedByForeignCode() throws Exception {
		assertThat(isForeignOn(Inheriting::new)).isTrue();
	}

}
