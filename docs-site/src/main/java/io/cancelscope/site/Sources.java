package io.cancelscope.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the pages of the project.
 *
 * @param root the folder of the project
 */
record Sources(Path root) {

	/** The pages for users and for those who change the project, relative to the root. */
	List<Path> pages() throws IOException {
		try (Stream<Path> files = Files.walk(this.root)) {
			return files.filter((file) -> file.toString().endsWith(".md"))
				.map(this.root::relativize)
				.filter(Sources::isPublished)
				.sorted()
				.toList();
		}
	}

	private static boolean isPublished(Path file) {
		String path = file.toString().replace('\\', '/');
		return !path.matches("(.*/)?(target|\\..*)/.*");
	}

	/** What is in a folder, by name, without what is hidden. */
	static List<Path> listed(Path folder) throws IOException {
		try (Stream<Path> files = Files.list(folder)) {
			return files.map(Path::getFileName).filter((file) -> !file.toString().startsWith(".")).sorted().toList();
		}
	}

}
