package io.cancelscope.benchmarks.micro;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

import io.cancelscope.benchmarks.report.Figures;

/**
 * What is close to its limit beside that limit, in one JVM, taking turns every few
 * hundred microseconds: what the processor does meanwhile then falls on all of them. The
 * JVMs of JMH differ more from each other than a scope differs from the limit.
 */
public final class InTurns {

	private static final String OURS = "open, deadline";

	private static final int OPERATIONS = 4096;

	private static final int TURNS = 1500;

	private static final long WARM_UP_NANOS = 400_000_000;

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
		Map<String, IntConsumer> all = new LinkedHashMap<>();
		all.put("L", InTurns::bareScope);
		all.put(OURS, CompareOperations.all().get(OURS));
		for (IntConsumer one : all.values()) {
			long end = System.nanoTime() + WARM_UP_NANOS;
			while (System.nanoTime() - end < 0) {
				one.accept(OPERATIONS);
			}
		}
		System.gc(); // what lives on is old, as in an application that has run for a
						// while
		Map<String, double[]> turns = new LinkedHashMap<>();
		all.keySet().forEach((name) -> turns.put(name, new double[TURNS]));
		for (int turn = 0; turn < TURNS; turn++) {
			for (Map.Entry<String, IntConsumer> one : all.entrySet()) {
				long start = System.nanoTime();
				one.getValue().accept(OPERATIONS);
				turns.get(one.getKey())[turn] = (System.nanoTime() - start) / (double) OPERATIONS;
			}
		}
		Path file = Path.of(args[0]);
		Figures figures = new Figures();
		if (Files.exists(file)) {
			figures.read(file);
		}
		turns.forEach((name, times) -> {
			Arrays.sort(times);
			figures.add("InTurns." + name, "ns", times[TURNS / 2]);
			System.out.printf("%-40s %8.2f ns%n", name, times[TURNS / 2]);
		});
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
