package io.cancelscope.benchmarks.micro;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.cancelscope.benchmarks.report.Figures;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the JMH benchmarks of this package in rounds. A round measures each of them once,
 * in a JVM of its own, so that what is compared was measured within the same minutes.
 * <p>
 * What counts of a JVM is the median of many short iterations. A quicker one would
 * flatter who leaves work to another thread, which may not have run in that iteration. An
 * iteration is shorter than the turn that the system gives a thread, so that other
 * processes fall on few of them.
 * <p>
 * The quick and the full run differ in what they take, not in how they measure it: the
 * same JVMs, warm-up, heap and iterations. The warm-up lasts a time, not a number of
 * operations, and the young generation is small enough to be used several times over in
 * it. A compiler that comes to other code in the next JVM, and a processor that others
 * take away, move a whole JVM by more than a fifth, so a row takes three JVMs in each
 * round and counts the one with the least median. Peers and rows of two threads differ by
 * more than that even so: only the full run has these.
 */
public final class Micro {

	/** What is compared with each other runs one after the other. */
	private static final List<Job> PLATFORM = List.of(job("Limits", "LeastScope"), job("CancelScopeOpen"),
			job("KeyedOpen").onlyInFull(), job("PeersOpen").onlyInFull(), job("CancelScopeCheck"),
			job("GrpcCheck").onlyInFull(), job("Wrapping.cancelScope"), job("Wrapping\\.(?!cancelScope)").onlyInFull(),
			job("Advised"), job("GrpcCall").longWarmUp().onlyInFull(), job("DatabaseCall").longWarmUp().onlyInFull(),
			job("RedisCall").longWarmUp().onlyInFull(), job("CancelScopeFiring").manyWait(),
			job("GrpcFiring").manyWait().onlyInFull(), job("CancelScopeFiring").manyWait().twoThreads().onlyInFull(),
			job("GrpcFiring").manyWait().twoThreads().onlyInFull(), job("SharedParent").onlyInFull(),
			job("SharedParent", "Limits\\.bareScope").twoThreads().onlyInFull());

	private static final List<Job> VIRTUAL = List.of(job("Limits", "CancelScopeOpen"),
			job("CancelScopeOpen").virtual());

	private static final int FORKS = 3;

	private static final int WARM_UPS = 5;

	/** For what has so much code that it is compiled for seconds. */
	private static final int LONG_WARM_UPS = 24;

	private static final TimeValue WARM_UP = TimeValue.milliseconds(250);

	private static final int ITERATIONS = 80;

	private static final TimeValue ITERATION = TimeValue.milliseconds(5);

	/**
	 * Memory that the JVM has had before, not pages that it touches for the first time: a
	 * scope's 64 bytes fill such a young generation in 100 milliseconds. Smaller, and a
	 * collection falls on half of the iterations.
	 * <p>
	 * And code that waits for its compiler: on a machine that does other work, the
	 * compiler's thread may still be waiting for a processor when the warm-up is over.
	 */
	private static final List<String> JVM_ARGS = List.of("-Xmn128m", "-XX:+AlwaysPreTouch", "-Xbatch");

	/** To have a heap from the system takes 3 ms per MB here, in each JVM. */
	private static final int HEAP = 256;

	/** A million others that wait take 200 MB. */
	private static final int HEAP_WHERE_MANY_WAIT = 640;

	private Micro() {
	}

	/**
	 * Runs them.
	 * @param args how many rounds, {@code quick} or {@code full}, {@code platform} or
	 * {@code virtual} threads, the file for the figures, and which benchmarks (a regular
	 * expression for class and method; all of them if left out)
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		int rounds = Integer.parseInt(args[0]);
		Length length = Length.valueOf(args[1]);
		List<Job> jobs = args[2].equals("virtual") ? VIRTUAL : PLATFORM;
		Figures figures = new Figures();
		for (int round = 1; round <= rounds; round++) {
			System.out.println("Round " + round + " of " + rounds);
			for (Job job : jobs) {
				if (length == Length.quick && job.fullAlone) {
					continue;
				}
				run(job, length, (args.length > 4) ? args[4] : "", figures);
			}
			figures.write(Path.of(args[3]));
		}
	}

	private static void run(Job job, Length length, String which, Figures figures) throws RunnerException {
		ChainedOptionsBuilder options = new OptionsBuilder().forks(FORKS)
			.threads(job.threads)
			.warmupIterations(job.warmUps)
			.warmupTime(WARM_UP)
			.measurementIterations(ITERATIONS)
			.measurementTime(ITERATION)
			.timeout(TimeValue.minutes(2))
			.shouldFailOnError(true)
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.jvmArgsAppend(job.jvmArgs().toArray(String[]::new));
		if (length == Length.quick) {
			options.param("pending", "0", "1000000");
			options.param("depth", "1", "64");
		}
		for (String names : job.names) {
			options.include("micro\\..*" + names + ".*(" + which + ")");
		}
		try {
			for (RunResult result : new Runner(options.build()).run()) {
				add(job, result, figures);
			}
		}
		catch (NoBenchmarksException ex) {
			System.out.println("Nothing of '" + which + "' among " + job.names);
		}
	}

	private static void add(Job job, RunResult result, Figures figures) {
		String name = name(result.getParams()) + job.suffix;
		double time = Double.MAX_VALUE;
		double fastest = Double.MAX_VALUE;
		double bytes = 0;
		for (BenchmarkResult fork : result.getBenchmarkResults()) {
			double[] times = fork.getIterationResults()
				.stream()
				.map(IterationResult::getPrimaryResult)
				.mapToDouble(Result::getScore)
				.sorted()
				.toArray();
			time = Math.min(time, times[times.length / 2]);
			fastest = Math.min(fastest, times[0]);
			bytes = fork.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
		}
		figures.add(name, "ns", time);
		figures.add(name + ":allocated", "B", Math.round(bytes));
		System.out.printf("%-56s %12.1f ns (fastest %.1f) %6.0f B%n", name, time, fastest, bytes);
	}

	private static String name(BenchmarkParams params) {
		String[] parts = params.getBenchmark().split("\\.");
		StringBuilder name = new StringBuilder(parts[parts.length - 2]).append('.').append(parts[parts.length - 1]);
		params.getParamsKeys().forEach((key) -> name.append('/').append(key).append('=').append(params.getParam(key)));
		return name.toString();
	}

	private static Job job(String... names) {
		return new Job("", 1, WARM_UPS, HEAP, false, false, Arrays.asList(names));
	}

	/** What runs in the same way. */
	private record Job(String suffix, int threads, int warmUps, int heap, boolean fullAlone, boolean onVirtualThreads,
			List<String> names) {

		Job virtual() {
			return new Job("@virtual", 1, this.warmUps, this.heap, this.fullAlone, true, this.names);
		}

		Job twoThreads() {
			return new Job("@2", 2, this.warmUps, this.heap, this.fullAlone, this.onVirtualThreads, this.names);
		}

		Job onlyInFull() {
			return new Job(this.suffix, this.threads, this.warmUps, this.heap, true, this.onVirtualThreads, this.names);
		}

		Job longWarmUp() {
			return new Job(this.suffix, this.threads, LONG_WARM_UPS, this.heap, this.fullAlone, this.onVirtualThreads,
					this.names);
		}

		Job manyWait() {
			return new Job(this.suffix, this.threads, this.warmUps, HEAP_WHERE_MANY_WAIT, this.fullAlone,
					this.onVirtualThreads, this.names);
		}

		/**
		 * All of them at once: of two calls of {@code jvmArgsAppend}, JMH takes the
		 * second alone.
		 */
		List<String> jvmArgs() {
			List<String> args = new ArrayList<>(JVM_ARGS);
			args.add("-Xms" + this.heap + "m");
			args.add("-Xmx" + this.heap + "m");
			if (this.onVirtualThreads) {
				args.add("-Djmh.executor=VIRTUAL");
			}
			return args;
		}

	}

	/** Which benchmarks, and which values of "others wait" and "depth" are measured. */
	private enum Length {

		quick, full

	}

}
