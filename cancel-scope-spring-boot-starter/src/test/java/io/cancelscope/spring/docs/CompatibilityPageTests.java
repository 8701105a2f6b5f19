package io.cancelscope.spring.docs;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The versions in {@code docs/getting-started/compatibility.md} are those that the tests
 * run with.
 */
class CompatibilityPageTests {

	private static final Pattern ROW = Pattern.compile("^\\| `([A-Za-z0-9-]+)` \\| (\\S+) \\|", Pattern.MULTILINE);

	private static final Pattern BOOT = Pattern.compile("\\| Spring Boot \\| 4\\.0 \\| (\\S+) in whole");

	/** Hidden from these tests, since it changes every application. */
	private static final String ELSEWHERE = "spring-cloud-bus";

	private final String page;

	CompatibilityPageTests() throws IOException {
		this.page = Files.readString(Path.of("..", "docs", "getting-started", "compatibility.md"));
	}

	@Test
	void versionsAreThoseOfTheClassPath() {
		assumeTrue(SpringBootVersion.getVersion().equals(BOOT.matcher(this.page).results().findFirst().get().group(1)),
				"The page is about another version of Spring Boot.");
		List<String> jars = Arrays
			.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
				.split(File.pathSeparator))
			.map((entry) -> Path.of(entry).getFileName().toString())
			.toList();

		List<MatchResult> rows = ROW.matcher(this.page).results().toList();

		assertThat(rows).hasSizeGreaterThan(20);
		assertThat(rows).filteredOn((row) -> !row.group(1).equals(ELSEWHERE))
			.allSatisfy((row) -> assertThat(jars).contains(row.group(1) + "-" + row.group(2) + ".jar"));
	}

	@Test
	void versionOfWhatIsHiddenIsThatOfThePom() throws IOException {
		String pom = Files.readString(Path.of("..", "pom.xml"));

		assertThat(ROW.matcher(this.page).results()).filteredOn((row) -> row.group(1).equals(ELSEWHERE))
			.singleElement()
			.satisfies((row) -> assertThat(pom)
				.contains("<" + ELSEWHERE + ".version>" + row.group(2) + "</" + ELSEWHERE + ".version>"));
	}

}
