package io.cancelscope.stress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.cancelscope.TimeSource;
import io.netty.util.HashedWheelTimer;

/**
 * What it costs to set a timer and take it away again, which is what a scope does that
 * ends in time: ours, the JDK's scheduler and Netty's wheel, beside nothing, a hundred
 * thousand and a million that wait. The table of {@code docs/decisions/0001-timer.md}.
 *
 * <pre>
 * ./mvnw -Pstress -pl stress -am verify -DskipTests -Djcstress.skip=true -Dtimers.skip=false
 * </pre>
 */
public final class TimerFigures {

	private static final int ROUNDS = 7;

	private static final int OPERATIONS = 300_000;

	private TimerFigures() {
	}

	public static void main(String[] args) throws Exception {
		System.out.println(
				"| ns for set + take away, a thread | 0 wait, 1 thread | 100k, 1 | 1M, 1 | 0, 2 | 100k, 2 | 1M, 2 |");
		System.out.println("|---|---|---|---|---|---|---|");
		for (Kind kind : Kind.values()) {
			StringBuilder row = new StringBuilder("| ").append(kind.title);
			for (int threads = 1; threads <= 2; threads++) {
				for (int pending : new int[] { 0, 100_000, 1_000_000 }) {
					row.append(String.format(Locale.ROOT, " | %.0f", measure(kind, pending, threads)));
				}
			}
			System.out.println(row.append(" |"));
		}
		System.exit(0);
	}

	private static double measure(Kind kind, int pending, int threads) throws Exception {
		Timer timer = kind.create();
		List<Runnable> waiting = new ArrayList<>(pending);
		SplittableRandom random = new SplittableRandom(1);
		for (int i = 0; i < pending; i++) {
			waiting.add(timer.set(delay(random)));
		}
		double[] rounds = new double[ROUNDS];
		for (int round = 0; round < ROUNDS; round++) {
			rounds[round] = round(timer, threads);
		}
		waiting.forEach(Runnable::run);
		timer.stop();
		Arrays.sort(rounds);
		return rounds[ROUNDS / 2];
	}

	private static double round(Timer timer, int threads) throws Exception {
		CyclicBarrier start = new CyclicBarrier(threads);
		double[] nanos = new double[threads];
		Thread[] workers = new Thread[threads];
		for (int t = 0; t < threads; t++) {
			int me = t;
			workers[t] = new Thread(() -> nanos[me] = operations(timer, start, me));
			workers[t].start();
		}
		for (Thread worker : workers) {
			worker.join();
		}
		return Arrays.stream(nanos).average().orElseThrow();
	}

	private static double operations(Timer timer, CyclicBarrier start, int seed) {
		SplittableRandom random = new SplittableRandom(seed);
		try {
			start.await();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		long begun = System.nanoTime();
		for (int i = 0; i < OPERATIONS; i++) {
			timer.set(delay(random)).run();
		}
		return (System.nanoTime() - begun) / (double) OPERATIONS;
	}

	private static long delay(SplittableRandom random) {
		return TimeUnit.SECONDS.toNanos(20) + random.nextLong(TimeUnit.SECONDS.toNanos(60));
	}

	private enum Kind {

		OURS("cancel-scope") {

			@Override
			Timer create() {
				TimeSource time = TimeSource.system();
				return (nanos) -> time.schedule(Kind::nothing, nanos);
			}

		},

		JDK("ScheduledThreadPoolExecutor, removeOnCancel") {

			@Override
			Timer create() {
				ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
				executor.setRemoveOnCancelPolicy(true);
				return new Timer() {

					@Override
					public Runnable set(long nanos) {
						var entry = executor.schedule(Kind::nothing, nanos, TimeUnit.NANOSECONDS);
						return () -> entry.cancel(false);
					}

					@Override
					public void stop() {
						executor.shutdownNow();
					}

				};
			}

		},

		WHEEL("Netty HashedWheelTimer, 10 ms") {

			@Override
			Timer create() {
				HashedWheelTimer wheel = new HashedWheelTimer(10, TimeUnit.MILLISECONDS);
				return new Timer() {

					@Override
					public Runnable set(long nanos) {
						var entry = wheel.newTimeout((timeout) -> {
						}, nanos, TimeUnit.NANOSECONDS);
						return entry::cancel;
					}

					@Override
					public void stop() {
						wheel.stop();
					}

				};
			}

		};

		final String title;

		Kind(String title) {
			this.title = title;
		}

		abstract Timer create();

		private static void nothing() {
		}

	}

	/** Sets a timer, and hands out what takes it away. */
	private interface Timer {

		Runnable set(long nanos);

		default void stop() {
		}

	}

}
