package io.cancelscope.demo.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the snippets of a page import. A page names each of these imports once: in a
 * snippet that is a whole file, or in a block of nothing but imports.
 */
final class Imports {

	private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?[\\w.]*\\.(\\w+);?$");

	private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+)");

	private static final Pattern WORD = Pattern.compile("\\w+");

	private static final List<String> LIBRARY = List.of("cancel-scope-core", "cancel-scope-spring-boot-starter");

	private final Path root;

	Imports(Path root) {
		this.root = root;
	}

	/** Whether a block has nothing but imports. */
	static boolean areAll(String block) {
		return !block.isBlank() && block.lines().allMatch((line) -> line.isBlank() || line.startsWith("import "));
	}

	/** What is wrong with a page, a line each; empty if all is well. */
	List<String> complaints(String text) throws IOException {
		TreeSet<String> needed = new TreeSet<>();
		TreeSet<String> named = new TreeSet<>();
		TreeSet<String> listed = new TreeSet<>();
		Matcher block = Snippets.FENCE.matcher(text);
		while (block.find()) {
			List<String> imports = IMPORT.matcher(block.group(3)).results().map((line) -> line.group()).toList();
			named.addAll(imports);
			if (areAll(block.group(3))) {
				listed.addAll(imports);
			}
			else if (block.group(1) != null) {
				needed.addAll(needed(Path.of(block.group(1)), block.group(3)));
			}
		}
		List<String> complaints = new ArrayList<>();
		needed.stream().filter((line) -> !named.contains(line)).forEach((line) -> complaints.add("missing: " + line));
		listed.stream()
			.filter((line) -> !needed.contains(line) && !isExplained(line, text))
			.forEach((line) -> complaints.add("unused: " + line));
		return complaints;
	}

	/**
	 * The imports of the file that a snippet is cut from, as far as the snippet uses
	 * them.
	 */
	private List<String> needed(Path file, String shown) throws IOException {
		String source = Files.readString(this.root.resolve(file));
		Map<String, String> imports = new HashMap<>();
		IMPORT.matcher(source).results().forEach((line) -> imports.put(line.group(1), line.group()));
		String folder = PACKAGE.matcher(source)
			.results()
			.findFirst()
			.map((line) -> line.group(1).replace('.', '/'))
			.orElse("");
		return WORD.matcher(shown)
			.results()
			.map((word) -> word.group())
			.distinct()
			.flatMap((word) -> Stream.ofNullable(imports.getOrDefault(word, ofTheLibrary(folder, word))))
			.toList();
	}

	/**
	 * Whether it is a class of the library that the page speaks of, such as that of a
	 * variable.
	 */
	private boolean isExplained(String line, String text) {
		String name = line.substring("import ".length()).replace(";", "");
		String file = "src/main/java/" + name.replace('.', '/') + ".java";
		return text.contains("`" + name.substring(name.lastIndexOf('.') + 1) + "`")
				&& LIBRARY.stream().anyMatch((module) -> Files.exists(this.root.resolve(module).resolve(file)));
	}

	/** The import that a test can do without, since it is in the package of the class. */
	private String ofTheLibrary(String folder, String name) {
		boolean exists = LIBRARY.stream()
			.map((module) -> this.root.resolve(module).resolve("src/main/java").resolve(folder))
			.anyMatch((here) -> Files.exists(here.resolve(name + ".java")));
		return exists ? "import " + folder.replace('/', '.') + "." + name + ";" : null;
	}

}
