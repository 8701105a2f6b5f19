package io.cancelscope.benchmarks.micro;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

import io.cancelscope.benchmarks.report.Figures;

/**
 * What is close to each other, in one JVM, taking turns every few hundred microseconds:
 * what the processor does meanwhile then falls on all of them. The JVMs of JMH differ
 * more from each other than a scope differs from its limit, or from one that a listener
 * watches.
 */
public final class InTurns {

	private static final String LIMIT = "L";

	private static final ThreadLocal<Object> LOCAL = new ThreadLocal<>();

	private static final Object OTHER = new Object();

	private static volatile Object seen;

	private static long sum;

	private InTurns() {
	}

	/**
	 * Measures one more round.
	 * @param args what to measure (see {@link Set}), and the file with the figures of the
	 * rounds so far, if there are any
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		LOCAL.set(new Object());
		Set set = Set.valueOf(args[0]);
		Map<String, IntConsumer> calls = (set == Set.change) ? ChangeableCall.all() : Map.of();
		List<double[]> times = Turns.take(set.operations.stream()
			.map((name) -> calls.containsKey(name) ? calls.get(name) : operation(name))
			.toList());
		Path file = Path.of(args[1]);
		Figures figures = new Figures();
		if (Files.exists(file)) {
			figures.read(file);
		}
		for (int i = 0; i < times.size(); i++) {
			figures.add("InTurns." + set + "/" + set.operations.get(i), "ns", Turns.median(times.get(i)));
		}
		figures.write(file);
	}

	private static IntConsumer operation(String name) {
		if (name.equals(LIMIT)) {
			return InTurns::bareScope;
		}
		IntConsumer learning = name.startsWith("open, named") ? LearntScopes.all().get(name) : null;
		return (learning != null) ? learning : CompareOperations.all().get(name);
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

	/**
	 * What shares a JVM. Each has one of its own: where there are more kinds of scopes,
	 * the compiler knows less of each.
	 */
	private enum Set {

		/** A scope beside the least that it could take. */
		limit(LIMIT, "open, deadline"),

		/** What a listener of everything adds. */
		listener("open, deadline", "open, deadline, watched", "open, plain", "open, plain, watched"),

		/** What it adds to remember which scopes are open. */
		remember("open, deadline", "open, deadline, remembered"),

		/** What it adds to learn how long calls take. */
		learn("open, named", "open, named, watched", "open, named, learnt", "open, named, usual"),

		/** What it adds to a call that its budget can be changed. */
		change("call", "call, changeable", "call, another changed", "call, changed");

		private final List<String> operations;

		Set(String... operations) {
			this.operations = List.of(operations);
		}

	}

}
