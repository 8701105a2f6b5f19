package io.cancelscope.benchmarks.micro;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Compares builds of the core, for tuning: loads each of them by itself into one JVM and
 * lets them take turns every few hundred microseconds. What else runs on the machine then
 * falls on all of them alike, and most turns see nothing of it.
 */
public final class Compare {

	private static final int OPERATIONS = 4096;

	private static final int TURNS = 1200;

	private static final long WARM_UP_NANOS = 400_000_000;

	private Compare() {
	}

	/**
	 * Compares them.
	 * @param args the directories or jars of the builds, such as
	 * {@code cancel-scope-core/target/classes} and a copy of it made before
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		List<Contender> contenders = new ArrayList<>();
		for (String build : args) {
			load(build).forEach((name, work) -> contenders.add(new Contender(name, build, work, new double[TURNS])));
		}
		for (Contender contender : contenders) {
			long end = System.nanoTime() + WARM_UP_NANOS;
			while (System.nanoTime() - end < 0) {
				contender.work.accept(OPERATIONS);
			}
		}
		System.gc(); // what lives on is old, as in an application that has run for a
						// while
		for (int turn = 0; turn < TURNS; turn++) {
			for (Contender contender : contenders) {
				long start = System.nanoTime();
				contender.work.accept(OPERATIONS);
				contender.turns[turn] = (System.nanoTime() - start) / (double) OPERATIONS;
			}
		}
		contenders.sort((one, other) -> one.name.compareTo(other.name));
		contenders.forEach(Contender::print);
	}

	@SuppressWarnings("unchecked")
	private static Map<String, IntConsumer> load(String build) throws Exception {
		URL ours = CompareOperations.class.getProtectionDomain().getCodeSource().getLocation();
		@SuppressWarnings("resource") // as long as the JVM
		URLClassLoader loader = new URLClassLoader(new URL[] { Path.of(build).toUri().toURL(), ours },
				ClassLoader.getPlatformClassLoader());
		return (Map<String, IntConsumer>) loader.loadClass(CompareOperations.class.getName())
			.getMethod("all")
			.invoke(null);
	}

	/** One operation of one build. */
	private record Contender(String name, String build, IntConsumer work, double[] turns) {

		void print() {
			Arrays.sort(this.turns);
			System.out.printf("%-28s %8.2f ns (median %8.2f)  %s%n", this.name, this.turns[TURNS / 10],
					this.turns[TURNS / 2], this.build);
		}

	}

}
