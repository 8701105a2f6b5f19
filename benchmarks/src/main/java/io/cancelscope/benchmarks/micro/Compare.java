package io.cancelscope.benchmarks.micro;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Compares builds of the core, for tuning: loads each of them by itself into one JVM and
 * lets them take turns every few hundred microseconds. What else runs on the machine then
 * falls on all of them alike, and most turns see nothing of it.
 */
public final class Compare {

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
			load(build).forEach((name, work) -> contenders.add(new Contender(name, build, work)));
		}
		List<double[]> times = Turns.take(contenders.stream().map(Contender::work).toList());
		IntStream.range(0, times.size())
			.boxed()
			.sorted(Comparator.comparing((one) -> contenders.get(one).name))
			.forEach((one) -> contenders.get(one).print(times.get(one)));
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
	private record Contender(String name, String build, IntConsumer work) {

		void print(double[] times) {
			System.out.printf("%-28s %8.2f ns (median %8.2f)  %s%n", this.name, Turns.quick(times), Turns.median(times),
					this.build);
		}

	}

}
