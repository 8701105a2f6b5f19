package io.cancelscope.benchmarks.stops;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.cancelscope.benchmarks.report.Figures;
import io.cancelscope.benchmarks.stops.Times.What;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * All scenarios for one contender, in the JVM that it has for itself.
 */
public final class Trial {

	/** Repetitions wait side by side, but begin and end one after the other. */
	private static final Duration BETWEEN = Duration.ofMillis(100);

	private final Contender contender;

	private final String database;

	private final int warmUp;

	private final int repetitions;

	private final Figures figures = new Figures();

	private final List<String> messages = new ArrayList<>();

	private Trial(String... args) {
		this.contender = Contender.of(args[0]);
		this.database = args[1];
		this.warmUp = Integer.parseInt(args[2]);
		this.repetitions = Integer.parseInt(args[3]);
	}

	/**
	 * Measures.
	 * @param args the contender, the URL of the database, how many repetitions don't
	 * count, how many do, and the directory for what is found
	 */
	public static void main(String... args) {
		int status = 1;
		try {
			Trial trial = new Trial(args);
			trial.run();
			Path directory = Path.of(args[4]);
			trial.figures.write(directory.resolve(trial.contender.id() + ".tsv"));
			Files.write(directory.resolve(trial.contender.id() + ".messages"), trial.messages);
			status = 0;
		}
		catch (Exception ex) {
			ex.printStackTrace();
		}
		System.exit(status); // pools of the rivals have threads that nobody can end
	}

	private void run() throws Exception {
		if (ClassUtils.isPresent("io.cancelscope.CancelScopes", null) != this.contender.isOurs()) {
			throw new IllegalStateException("The class path is not the one of '" + this.contender.id()
					+ "'. Start it with " + Stops.class + ".");
		}
		Rival rival = this.contender.create();
		ExecutorService threads = Executors.newCachedThreadPool();
		try (ConfigurableApplicationContext application = Application.start(rival, this.database)) {
			rival.start(application, threads);
			Application.awaitReady(application);
			for (Kind kind : Kind.values()) {
				if (kind.isPossible(rival)) {
					measure(kind, new Stage(rival, application, threads, this.database,
							new Times(this.warmUp + this.repetitions)));
				}
			}
		}
	}

	private void measure(Kind kind, Stage stage) throws Exception {
		Times times = stage.times();
		AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
		ExecutorService callers = Executors.newCachedThreadPool();
		try (Scenario scenario = kind.open(stage)) {
			long start = System.nanoTime();
			for (int i = 0; i < times.repetitions(); i++) {
				int id = i;
				LockSupport.parkNanos(start + BETWEEN.toNanos() * i - System.nanoTime());
				callers.execute(() -> thrown.set(callOnce(scenario, id, times)));
			}
			awaitEnds(kind, times, thrown);
			scenario.addTo(this.figures, kind.id(), "/" + this.contender.id(), this.warmUp);
		}
		finally {
			callers.shutdownNow();
		}
		add(kind, times, thrown.get());
	}

	private static @Nullable Throwable callOnce(Scenario scenario, int id, Times times) {
		times.start(id);
		try {
			scenario.run(id);
			return null;
		}
		catch (Throwable ex) {
			return ex;
		}
		finally {
			times.over(What.ANSWER, id);
		}
	}

	/**
	 * What was stopped before it got through to the database or to the peer was never
	 * seen there, so it can't be seen to end; where there are more than a few, something
	 * is wrong.
	 */
	private void awaitEnds(Kind kind, Times times, AtomicReference<@Nullable Throwable> thrown) {
		if (!awaitAll(What.ANSWER, 0, times, Duration.ofSeconds(20)) || !awaitAll(What.GONE,
				this.warmUp + Math.max(1, this.repetitions / 5), times, Duration.ofSeconds(20))) {
			throw new IllegalStateException(
					this.contender.id() + ": " + kind + " did not end in 20 seconds for " + missing(What.ANSWER, times)
							+ " callers, and goes on, or was not seen, for " + missing(What.GONE, times),
					thrown.get());
		}
		awaitAll(What.GONE, 0, times, Duration.ofSeconds(2));
	}

	private static boolean awaitAll(What what, int tolerated, Times times, Duration most) {
		long latest = System.nanoTime() + most.toNanos();
		while (missing(what, times) > tolerated) {
			if (System.nanoTime() - latest > 0) {
				return false;
			}
			LockSupport.parkNanos(5_000_000);
		}
		return true;
	}

	private static int missing(What what, Times times) {
		int missing = 0;
		for (int id = 0; id < times.repetitions(); id++) {
			missing += times.isOver(what, id) ? 0 : 1;
		}
		return missing;
	}

	private void add(Kind kind, Times times, @Nullable Throwable thrown) {
		for (What what : kind.whats()) {
			for (int id = this.warmUp; id < times.repetitions(); id++) {
				if (!times.isOver(what, id)) {
					continue;
				}
				double millis = times.millis(what, id);
				if (kind.isTooSoon(millis)) {
					throw new IllegalStateException(
							this.contender.id() + ": " + kind + " ended after " + millis + " ms, which no budget did",
							thrown);
				}
				this.figures.add(kind.figure(what, this.contender), "ms", millis);
			}
		}
		String message = String.valueOf(thrown).replaceAll("\\s+", " ");
		this.messages.add(kind + "\t" + message);
		System.out.println(this.contender.id() + " " + kind + " "
				+ kind.whats()
					.stream()
					.map((what) -> what + " " + Math.round(times.millis(what, times.repetitions() - 1)) + " ms")
					.toList()
				+ " " + message);
	}

}
