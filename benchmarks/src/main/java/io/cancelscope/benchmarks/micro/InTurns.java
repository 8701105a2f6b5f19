package io.cancelscope.benchmarks.micro;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.cancelscope.benchmarks.report.Figures;

/**
 * What is close to its limit beside that limit, in one JVM, taking turns every few
 * hundred microseconds: what the processor does meanwhile then falls on all of them. The
 * JVMs of JMH differ more from each other than a scope differs from the limit.
 */
public final class InTurns {

	private static final String OURS = "open, deadline";

	private static final ThreadLocal<Object> LOCAL = new ThreadLocal<>();

	private static final Object OTHER = new Object();

	private static volatile Object seen;

	private static long sum;

	private InTurns() {
	}

	/**
	 * Measures one more round.
	 * @param args the file with the figures of the rounds so far, if there are any
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		LOCAL.set(new Object());
		List<double[]> times = Turns.take(List.of(InTurns::bareScope, CompareOperations.all().get(OURS)));
		Path file = Path.of(args[0]);
		Figures figures = new Figures();
		if (Files.exists(file)) {
			figures.read(file);
		}
		figures.add("InTurns.L", "ns", Turns.median(times.get(0)));
		figures.add("InTurns." + OURS, "ns", Turns.median(times.get(1)));
		figures.write(file);
	}

	private static void bareScope(int times) {
		long taken = 0;
		for (int i = 0; i < times; i++) {
			long opened = System.nanoTime();
			Object before = LOCAL.get();
			LOCAL.set(OTHER);
			taken += System.nanoTime() - opened;
			LOCAL.set(before);
		}
		sum += taken;
		seen = LOCAL.get();
	}

}
