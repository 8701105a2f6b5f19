package io.cancelscope.benchmarks.micro;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.tools.ToolProvider;

import io.cancelscope.benchmarks.report.Figures;

/**
 * Starts applications of {@value StartUp#BEANS} beans, in turns, each in a JVM of its
 * own, and takes the time from its start to its end.
 */
public final class StartUps {

	/** What an application of Spring Boot has on its class path. */
	private static final Predicate<String> BOOT = Pattern
		.compile("(spring-(aop|beans|boot|boot-autoconfigure"
				+ "|boot-starter|boot-starter-logging|context|core|expression|tx)-\\d|logback-|slf4j-|jul-to-|log4j-"
				+ "|jspecify|commons-logging|snakeyaml|jakarta\\.annotation|micrometer-|classes|beans).*")
		.asMatchPredicate();

	private StartUps() {
	}

	/**
	 * Starts all of them so many times.
	 * @param args how many rounds, the file for the figures, and a directory for what is
	 * started
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		int rounds = Integer.parseInt(args[0]);
		Path beans = makeBeans(Path.of(args[2]).resolve("beans"));
		List<Application> pair = pair();
		List<Application> others = List.of(new Application("boot", "plain", false, ""),
				new Application("bootAndStarter", "plain", false, "", "cancel-scope-"),
				new Application("advising", "advising", false, "-Dspring.aop.auto=false"),
				new Application("aspect", "aspect", true, "-Dspring.aop.auto=false"));
		pair.get(0).start(beans); // what is read for the first time is slower
		Figures figures = new Figures();
		for (int i = 0; i < rounds; i++) {
			measure(pair, beans, figures);
			if (i % 3 == 0) {
				measure(others, beans, figures);
			}
			figures.write(Path.of(args[1]));
		}
	}

	/** Without the starter, and with it. */
	static List<Application> pair() {
		return List.of(new Application("none", "plain", false, "-Dspring.aop.auto=false"),
				new Application("starter", "plain", false, "-Dspring.aop.auto=false", "cancel-scope-"));
	}

	private static void measure(List<Application> applications, Path beans, Figures figures)
			throws IOException, InterruptedException {
		for (Application application : applications) {
			figures.add("StartUp." + application.name, "ms", application.start(beans));
		}
	}

	static Path makeBeans(Path directory) throws IOException {
		Path source = Files.createDirectories(directory).resolve("Beans.java");
		StringBuilder text = new StringBuilder("package beans;\n\npublic class Beans {\n");
		for (int i = 0; i < StartUp.BEANS; i++) {
			text.append("\t@org.springframework.stereotype.Component public static class Bean")
				.append(i)
				.append(" {\n");
			for (String method : List.of("one", "two", "three")) {
				text.append("\t\tpublic String ").append(method).append("(String text) { return text; }\n");
			}
			text.append("\t}\n");
		}
		Files.writeString(source, text.append("}\n"));
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-nowarn", "-proc:none", "-d", directory.toString(), "-cp",
					System.getProperty("java.class.path"), source.toString());
		if (result != 0) {
			throw new IllegalStateException("The beans in " + source + " don't compile.");
		}
		return directory;
	}

	/** One way to start. */
	record Application(String name, String kind, boolean weaver, String option, List<String> more) {

		Application(String name, String kind, boolean weaver, String option, String... more) {
			this(name, kind, weaver, option, Arrays.asList(more));
		}

		double start(Path beans, String... options) throws IOException, InterruptedException {
			List<String> command = new ArrayList<>();
			command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
			command.addAll(List.of("-Xmx512m", "-cp", classPath(beans)));
			if (!this.option.isEmpty()) {
				command.add(this.option);
			}
			command.addAll(List.of(options));
			command.addAll(List.of(StartUp.class.getName(), this.kind));
			long start = System.nanoTime();
			int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
			if (exit != 0) {
				throw new IllegalStateException("'" + this.name + "' did not start: exit code " + exit);
			}
			return (System.nanoTime() - start) / 1e6;
		}

		private String classPath(Path beans) {
			Predicate<String> wanted = (file) -> BOOT.test(file) || this.more.stream().anyMatch(file::startsWith)
					|| (this.weaver && file.startsWith("aspectj"));
			String libraries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
				.filter((entry) -> !entry.isEmpty() && wanted.test(Path.of(entry).getFileName().toString()))
				.collect(Collectors.joining(File.pathSeparator));
			return libraries + File.pathSeparator + beans;
		}

	}

}
