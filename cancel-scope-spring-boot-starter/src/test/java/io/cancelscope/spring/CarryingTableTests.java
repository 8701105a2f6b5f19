package io.cancelscope.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table in {@code docs/reference/carrying.md} has a row for each test that is marked
 * by {@link CarryingRow}, and none besides.
 */
class CarryingTableTests {

	private static final Path PAGE = Path.of("..", "docs", "reference", "carrying.md");

	private static final List<JavaMethod> TESTS = new ClassFileImporter().importPackages("io.cancelscope.spring")
		.stream()
		.flatMap((type) -> type.getMethods().stream())
		.filter((method) -> method.isAnnotatedWith(CarryingRow.class))
		.toList();

	@Test
	void eachRowHasATestAndEachMarkedTestARow() throws IOException {
		List<String> rows = TESTS.stream().map(CarryingTableTests::row).toList();

		assertThat(tableOf(PAGE)).containsExactlyInAnyOrderElementsOf(rows);
	}

	@Test
	void whatIsMarkedIsATestThatRuns() {
		assertThat(TESTS).allMatch(
				(method) -> method.isAnnotatedWith(Test.class) || method.isAnnotatedWith(ParameterizedTest.class));
	}

	private static List<String> tableOf(Path page) throws IOException {
		List<String> lines = Files.readAllLines(page);
		int header = lines.indexOf("| way | carried? | by, or instead | test |");
		assertThat(header).as("the header of the table in %s", page).isNotNegative();
		return lines.stream().skip(header + 2L).takeWhile((line) -> line.startsWith("|")).toList();
	}

	private static String row(JavaMethod method) {
		CarryingRow row = method.getAnnotationOfType(CarryingRow.class);
		String name = "`" + method.getOwner().getSimpleName() + "." + method.getName() + "`";
		return "| " + String.join(" | ", row.way(), row.carried(), row.by(), name) + " |";
	}

}
