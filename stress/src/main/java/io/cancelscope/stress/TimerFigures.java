package io.cancelscope.stress;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

	private static final int ROUNDS = 9;

	private static final int OPERATIONS = 300_000;

	private TimerFigures() {
	}

	public static void main(String[] args) throws Exception {
		System.out.println("| ns for set + take away, a thread "
				+ "| 0 wait, 1 thread | 100k, 1 | 1M, 1 | 0, 2 | 100k, 2 | 1M, 2 |");
		System.out.println("|---|---|---|---|---|---|---|");
		Map<Kind, StringBuilder> rows = new EnumMap<>(Kind.class);
		for (Kind kind : Kind.values()) {
			rows.put(kind, new StringBuilder("| ").append(kind.title));
		}
		for (int threads = 1; threads <= 2; threads++) {
			for (int pending : new int[] { 0, 100_000, 1_000_000 }) {
				measure(pending, threads)
					.forEach((kind, nanos) -> rows.get(kind).append(String.format(Locale.ROOT, " | %.0f", nanos)));
			}
		}
		rows.values().forEach((row) -> System.out.println(row.append(" |")));
		System.exit(0);
	}

	/**
	 * All kinds in turn, round by round, so that they share the machine's good and bad
	 * times.
	 */
	private static Map<Kind, Double> measure(int pending, int threads) throws Exception {
		Map<Kind, Timer> timers = new EnumMap<>(Kind.class);
		Map<Kind, double[]> rounds = new EnumMap<>(Kind.class);
		List<Runnable> waiting = new ArrayList<>();
		for (Kind kind : Kind.values()) {
			Timer timer = kind.create();
			timers.put(kind, timer);
			rounds.put(kind, new double[ROUNDS]);
			SplittableRandom random = new SplittableRandom(1);
			for (int i = 0; i < pending; i++) {
				waiting.add(timer.set(delay(random)));
			}
		}
		for (int round = 0; round < ROUNDS; round++) {
			for (Kind kind : Kind.values()) {
				rounds.get(kind)[round] = round(timers.get(kind), threads);
			}
		}
		waiting.forEach(Runnable::run);
		timers.values().forEach(Timer::stop);
		Map<Kind, Double> medians = new EnumMap<>(Kind.class);
		rounds.forEach((kind, each) -> {
			Arrays.sort(each);
			medians.put(kind, each[ROUNDS / 2]);
		});
		return medians;
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
