package io.cancelscope.demo.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

	@ParameterizedTest
	@MethodSource("pages")
	void linksToHeadingsOfPagesLeadSomewhere(Path page) throws IOException {
		for (Outline.Link link : outline(page).anchored()) {
			Path linked = link.file().isEmpty() ? page : page.resolveSibling(link.file());
			if (linked.toString().endsWith(".md")) {
				assertThat(outline(linked).anchors()).as("headings of %s, to which %s links", linked, page)
					.contains(link.anchor());
			}
		}
	}

	@Test
	void mapListsEachPage() throws IOException {
		Path docs = ROOT.resolve("docs");
		Path map = docs.resolve("README.md");
		Set<Path> listed = outline(map).listed()
			.stream()
			.map((file) -> docs.resolve(file).normalize())
			.collect(Collectors.toSet());

		assertThat(pages().filter((page) -> page.startsWith(docs) && !page.equals(map))).isSubsetOf(listed);
	}

	@ParameterizedTest
	@MethodSource("pagesForUsers")
	void pageShowsCodeWithinTwoScreens(Path page) throws IOException {
		assertThat(outline(page).showsCodeSoon()).as("code soon in %s", page).isTrue();
	}

	@ParameterizedTest
	@MethodSource("pagesForUsers")
	void pageLeadsToAnother(Path page) throws IOException {
		assertThat(LINK.matcher(Files.readString(page)).results().map((link) -> link.group(1)))
			.as("links of %s to other pages", page)
			.anyMatch((file) -> file.endsWith(".md"));
	}

	static Stream<Path> pagesForUsers() throws IOException {
		List<Path> folders = Stream.of("getting-started", "concepts", "guides", "reference", "coming-from")
			.map(ROOT.resolve("docs")::resolve)
			.toList();
		return pages().filter((page) -> folders.stream().anyMatch(page::startsWith));
	}

	private static Outline outline(Path page) throws IOException {
		return Outline.of(Files.readString(page));
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
	void headingsAndLinksOfAPageAreFound() {
		Outline outline = Outline.of("""
				# The `@First` one, a [link](a.md)
				## Twice
				## Twice
				```text
				# none
				```
				- [one](one.md): first
				- [two](two.md#part), then [three](three.md) and [here](#twice)
				""");

		assertThat(outline.anchors()).containsExactly("the-first-one-a-link", "twice", "twice-1");
		assertThat(outline.anchored()).containsExactly(new Outline.Link("two.md", "part"),
				new Outline.Link("", "twice"));
		assertThat(outline.listed()).containsExactly("one.md");
	}

	@Test
	void longProseBeforeTheCodeIsFound() {
		String code = "```text\ncode\n```\n";

		assertThat(Outline.of("word ".repeat(400) + "\n" + code + "word ".repeat(400)).showsCodeSoon()).isTrue();
		assertThat(Outline.of("word ".repeat(401) + "\n" + code).showsCodeSoon()).isFalse();
		assertThat(Outline.of("line\n".repeat(61) + code).showsCodeSoon()).isFalse();
		assertThat(Outline.of("word ".repeat(401)).showsCodeSoon()).isFalse();
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
	void kotlinIsComparedToo(@TempDir Path folder) throws IOException {
		Files.writeString(folder.resolve("SomeTests.kt"), """
				package some

				import java.util.UUID
				import java.util.Random

				class SomeTests {
					// tag::one[]
					val id = UUID.randomUUID()
					// end::one[]
				}
				""");
		String snippet = """
				<!-- snippet: SomeTests.kt#one -->
				```kotlin
				val id = UUID.randomUUID()
				```
				""";

		assertThat(new Snippets(folder).complaints("page", snippet)).isEmpty();
		assertThat(new Snippets(folder).complaints("page", snippet.replace("id", "name"))).singleElement()
			.asString()
			.contains("differs from SomeTests.kt#one");
		assertThat(new Snippets(folder).complaints("page", "```kotlin\nval i = 1\n```\n")).hasSize(1);
		assertThat(new Imports(folder).complaints(snippet)).containsExactly("missing: import java.util.UUID");
		assertThat(new Imports(folder)
			.complaints("```kotlin\nimport java.util.UUID\nimport java.util.Random\n```\n" + snippet))
			.containsExactly("unused: import java.util.Random");
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
