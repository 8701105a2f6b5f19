package io.cancelscope.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables in {@code docs/reference/carrying.md} have a row for each test that is
 * marked by {@link CarryingRow}, and none besides.
 */
class CarryingTableTests {

	private static final Path PAGE = Path.of("..", "docs", "reference", "carrying.md");

	private static final String HEAD = "| way | carried? | by, or instead |";

	private static final List<JavaMethod> TESTS = new ClassFileImporter().importPackages("io.cancelscope.spring")
		.stream()
		.flatMap((type) -> type.getMethods().stream())
		.filter((method) -> method.isAnnotatedWith(CarryingRow.class))
		.toList();

	@Test
	void eachRowHasATestAndEachMarkedTestARow() throws IOException {
		List<String> rows = TESTS.stream().map(CarryingTableTests::row).toList();

		assertThat(rowsOf(PAGE)).containsExactlyInAnyOrderElementsOf(rows);
	}

	@Test
	void whatIsMarkedIsATestThatRuns() {
		assertThat(TESTS).allMatch(
				(method) -> method.isAnnotatedWith(Test.class) || method.isAnnotatedWith(ParameterizedTest.class));
	}

	private static List<String> rowsOf(Path page) throws IOException {
		List<String> rows = new ArrayList<>();
		boolean inside = false;
		for (String line : Files.readAllLines(page)) {
			inside = line.equals(HEAD) || (inside && line.startsWith("|"));
			if (inside && !line.equals(HEAD) && !line.startsWith("|---")) {
				rows.add(line);
			}
		}
		return rows;
	}

	private static String row(JavaMethod method) {
		CarryingRow row = method.getAnnotationOfType(CarryingRow.class);
		return "| " + String.join(" | ", row.way(), row.carried(), row.by()) + " |";
	}

}
