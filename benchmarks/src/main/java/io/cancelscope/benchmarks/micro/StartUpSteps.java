package io.cancelscope.benchmarks.micro;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.springframework.boot.context.metrics.buffering.BufferingApplicationStartup;
import org.springframework.boot.context.metrics.buffering.StartupTimeline.TimelineEvent;
import org.springframework.core.metrics.StartupStep;

/**
 * What the starter adds to each step of the start of {@link StartUp}: the profile behind
 * the goal for the whole. Spring's own record of the steps, without what is inside other
 * steps; medians of so many starts in turns.
 */
public final class StartUpSteps {

	private static final int SHOWN = 16;

	private StartUpSteps() {
	}

	/**
	 * Starts the application with and without the starter, and prints a table.
	 * @param args how many rounds, and a directory for what is started
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		Path directory = Path.of(args[1]);
		Path beans = StartUps.makeBeans(directory.resolve("beans"));
		Path file = directory.resolve("steps.tsv");
		Map<String, List<List<Double>>> steps = new HashMap<>();
		List<StartUps.Application> pair = StartUps.pair();
		for (int round = 0; round < Integer.parseInt(args[0]); round++) {
			for (int one = 0; one < pair.size(); one++) {
				pair.get(one).start(beans, "-Dsteps=" + file);
				read(file, steps, one);
			}
		}
		print(steps);
	}

	private static void read(Path file, Map<String, List<List<Double>>> steps, int one) throws IOException {
		for (String line : Files.readAllLines(file)) {
			String[] parts = line.split("\t");
			List<List<Double>> both = steps.computeIfAbsent(parts[0],
					(missing) -> List.of(new ArrayList<>(), new ArrayList<>()));
			both.get(one).add(Double.valueOf(parts[1]));
		}
	}

	private static void print(Map<String, List<List<Double>>> steps) {
		System.out.println("| step | without, ms | with, ms | more, ms |\n|---|---|---|---|");
		Comparator<String> byMore = Comparator.comparingDouble((step) -> -more(steps.get(step)));
		steps.keySet().stream().sorted(byMore).limit(SHOWN).forEach((step) -> {
			List<List<Double>> both = steps.get(step);
			System.out.printf("| %s | %.1f | %.1f | %.1f |%n", step, median(both.get(0)), median(both.get(1)),
					more(both));
		});
		System.out.printf("| all steps | | | %.1f |%n", steps.values().stream().mapToDouble(StartUpSteps::more).sum());
	}

	private static double more(List<List<Double>> both) {
		return median(both.get(1)) - median(both.get(0));
	}

	/** A step that is not there takes no time. */
	private static double median(List<Double> values) {
		double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
		return (sorted.length > 0) ? sorted[sorted.length / 2] : 0;
	}

	/** Writes what was recorded of a start: each step's name and its own milliseconds. */
	static void write(BufferingApplicationStartup recorded, Path file) throws IOException {
		Map<Long, Double> own = new HashMap<>();
		for (TimelineEvent event : recorded.getBufferedTimeline().getEvents()) {
			StartupStep step = event.getStartupStep();
			double millis = event.getDuration().toNanos() / 1e6;
			own.merge(step.getId(), millis, Double::sum);
			if (step.getParentId() != null) {
				own.merge(step.getParentId(), -millis, Double::sum);
			}
		}
		Map<String, Double> named = new HashMap<>();
		for (TimelineEvent event : recorded.getBufferedTimeline().getEvents()) {
			StartupStep step = event.getStartupStep();
			named.merge(name(step), own.get(step.getId()), Double::sum);
		}
		Set<String> lines = new TreeSet<>();
		named.forEach((name, millis) -> lines.add(name + '\t' + millis));
		Files.write(file, lines);
	}

	private static String name(StartupStep step) {
		for (StartupStep.Tag tag : step.getTags()) {
			if (tag.getKey().equals("beanName")) {
				return "bean " + (tag.getValue().startsWith("beans.") ? "of the application, all 500"
						: tag.getValue().substring(tag.getValue().lastIndexOf('.') + 1));
			}
		}
		return step.getName();
	}

}
