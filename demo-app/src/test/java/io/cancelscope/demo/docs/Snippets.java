package io.cancelscope.demo.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Compares the Java and Kotlin in a page of the documentation with the regions of the
 * tests it is cut from. A snippet stands under a comment that names file and region:
 *
 * <pre>
 * &lt;!-- snippet: folder/SomeTests.java#region --&gt;
 * </pre>
 *
 * Without a region the snippet is the whole file. Imports stand in blocks of their own,
 * see {@link Imports}.
 */
final class Snippets {

	static final Pattern FENCE = Pattern
		.compile("(?:<!-- snippet: ([^\\s#]+)(?:#(\\S+))? -->\\n)?```(?:java|kotlin)\\n(.*?)```", Pattern.DOTALL);

	private final Path root;

	Snippets(Path root) {
		this.root = root;
	}

	/** What is wrong with a page, a line each; empty if all is well. */
	List<String> complaints(String page, String text) throws IOException {
		List<String> complaints = new ArrayList<>();
		Matcher matcher = FENCE.matcher(text);
		while (matcher.find()) {
			String shown = matcher.group(3);
			if (Imports.areAll(shown)) {
				continue;
			}
			if (matcher.group(1) == null) {
				complaints.add(page + ": code without a test behind it:\n" + shown);
				continue;
			}
			String region = region(matcher.group(1), matcher.group(2));
			if (!region.equals(shown.stripTrailing())) {
				complaints.add(page + ": differs from " + matcher.group(1)
						+ ((matcher.group(2) != null) ? "#" + matcher.group(2) : "") + ", which reads:\n" + region);
			}
		}
		return complaints;
	}

	private String region(String file, @Nullable String name) throws IOException {
		List<String> lines = Files.readAllLines(this.root.resolve(file));
		if (name == null) {
			return String.join("\n", lines).replace("\t", "    ").stripTrailing();
		}
		int start = indexOf(lines, "// tag::" + name + "[]", file);
		int end = indexOf(lines, "// end::" + name + "[]", file);
		List<String> region = shown(lines.subList(start + 1, end)).stream()
			.filter((line) -> !line.strip().startsWith("// tag::") && !line.strip().startsWith("// end::"))
			.toList();
		int indent = region.stream().filter((line) -> !line.isBlank()).mapToInt(Snippets::tabs).min().orElse(0);
		return region.stream()
			.map((line) -> line.isBlank() ? "" : line.substring(indent).replace("\t", "    ").stripTrailing())
			.collect(Collectors.joining("\n"))
			.replaceAll("(?m)^static class", "class")
			.stripTrailing();
	}

	/** Without what stands between {@code // hide[]} and {@code // show[]}. */
	private static List<String> shown(List<String> lines) {
		List<String> shown = new ArrayList<>();
		boolean hidden = false;
		for (String line : lines) {
			if (line.strip().equals("// hide[]")) {
				hidden = true;
			}
			else if (line.strip().equals("// show[]")) {
				hidden = false;
				// One empty line is enough around what is left out.
				if (!shown.isEmpty() && shown.get(shown.size() - 1).isBlank()) {
					shown.remove(shown.size() - 1);
				}
			}
			else if (!hidden) {
				shown.add(line);
			}
		}
		return shown;
	}

	private static int indexOf(List<String> lines, String mark, String file) {
		for (int i = 0; i < lines.size(); i++) {
			if (lines.get(i).strip().equals(mark)) {
				return i;
			}
		}
		throw new IllegalStateException(file + " has no line '" + mark + "'");
	}

	private static int tabs(String line) {
		int tabs = 0;
		while (tabs < line.length() && line.charAt(tabs) == '\t') {
			tabs++;
		}
		return tabs;
	}

}
