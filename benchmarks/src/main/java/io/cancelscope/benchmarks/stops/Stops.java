package io.cancelscope.benchmarks.stops;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.cancelscope.benchmarks.load.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * Starts one application after the other, each in a JVM of its own, beside one database.
 * Only cancel-scope's has the library on its class path.
 */
public final class Stops {

	private Stops() {
	}

	/**
	 * Measures.
	 * @param args how many repetitions don't count, how many do, the directory for what
	 * is found, and the contenders, unless it is all of them
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		List<Contender> contenders = Arrays.stream(args).skip(3).map(Contender::of).toList();
		Files.createDirectories(Path.of(args[2]));
		try (EmbeddedPostgres database = Database.start()) {
			for (Contender contender : contenders.isEmpty() ? List.of(Contender.values()) : contenders) {
				start(contender, database.getJdbcUrl("postgres", "postgres"), args);
			}
		}
	}

	private static void start(Contender contender, String database, String... args)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx512m", "-cp", classPath(contender), Trial.class.getName(), contender.id(), database,
				args[0], args[1], args[2]));
		int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
		if (exit != 0) {
			throw new IllegalStateException("'" + contender.id() + "' was not measured: exit code " + exit);
		}
	}

	private static String classPath(Contender contender) {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.isEmpty()
					&& (contender.isOurs() || !Path.of(entry).getFileName().toString().startsWith("cancel-scope-")))
			.collect(Collectors.joining(File.pathSeparator));
	}

}
