package io.cancelscope.demo.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documentation says what the code does: its Java is cut from tests that run, and its
 * links lead somewhere.
 */
class DocsTests {

	private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

	private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#\\s]+)(?:#[^)]*)?\\)");

	static Stream<Path> pages() throws IOException {
		try (Stream<Path> files = Files.walk(ROOT)) {
			return files.filter((file) -> file.toString().endsWith(".md"))
				.filter((file) -> !ROOT.relativize(file)
					.toString()
					.replace('\\', '/')
					.matches("(.*/)?(target|\\.git|\\.mvn)/.*"))
				.toList()
				.stream();
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void javaOfAPageIsCutFromATest(Path page) throws IOException {
		List<String> complaints = new Snippets(ROOT).complaints(ROOT.relativize(page).toString(),
				Files.readString(page));

		assertThat(complaints).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void pageNamesTheImportsOfItsJava(Path page) throws IOException {
		assertThat(new Imports(ROOT).complaints(Files.readString(page))).as("imports in %s", page).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void linksOfAPageLeadSomewhere(Path page) throws IOException {
		Matcher link = LINK.matcher(Files.readString(page));
		while (link.find()) {
			assertThat(page.resolveSibling(link.group(1))).as("linked from %s", page).exists();
		}
	}

	@Test
	void readmeShowsTheAnnotationAboveLineTwentyFive() throws IOException {
		List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
		int start = lines.indexOf("```java");

		assertThat(lines.subList(start, 25)).anyMatch((line) -> line.contains("@CancelScoped"));
	}

	@Test
	void firstJavaOfTheReadmeIsAWholeFile() throws IOException {
		String page = Files.readString(ROOT.resolve("README.md"));
		Matcher first = Snippets.FENCE.matcher(page);

		assertThat(first.find()).isTrue();
		assertThat(first.group(3)).startsWith("package com.example.demo;");
	}

	@Test
	void importThatIsMissingOrUnusedIsFound(@TempDir Path folder) throws IOException {
		Files.writeString(folder.resolve("SomeTests.java"), """
				package some;

				import java.util.List;
				import java.util.Map;

				class SomeTests {
					// tag::one[]
					List<String> names;
					// end::one[]
				}
				""");
		String snippet = """
				<!-- snippet: SomeTests.java#one -->
				```java
				List<String> names;
				```
				""";
		Imports imports = new Imports(folder);

		assertThat(imports.complaints(snippet)).containsExactly("missing: import java.util.List;");
		assertThat(imports.complaints("```java\nimport java.util.List;\n```\n" + snippet)).isEmpty();
		assertThat(imports.complaints("```java\nimport java.util.List;\nimport java.util.Map;\n```\n" + snippet))
			.containsExactly("unused: import java.util.Map;");
	}

	@Test
	void snippetThatDiffersIsFound(@TempDir Path folder) throws IOException {
		Files.writeString(folder.resolve("SomeTests.java"), """
				class SomeTests {
					// tag::one[]
					int i = 1;
					// end::one[]
				}
				""");
		Snippets snippets = new Snippets(folder);

		assertThat(snippets.complaints("page", """
				<!-- snippet: SomeTests.java#one -->
				```java
				int i = 1;
				```
				""")).isEmpty();
		assertThat(snippets.complaints("page", """
				<!-- snippet: SomeTests.java#one -->
				```java
				int i = 2;
				```
				""")).singleElement().asString().contains("differs from SomeTests.java#one");
		assertThat(snippets.complaints("page", """
				```java
				int i = 1;
				```
				""")).singleElement().asString().contains("without a test behind it");
	}

}
