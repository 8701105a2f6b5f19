package io.cancelscope.spring;

import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.SpringVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A library of another version is named once for each thing that it does not have.
 */
@ExtendWith(OutputCaptureExtension.class)
class ChangedLibraryTests {

	@Test
	void eachAssumptionIsReportedOnceWithItsConsequence(CapturedOutput output) {
		Class<?> type = FakeClass.of("org.example.Pool");

		ChangedLibrary.report(type, "a field 'first'", "one thing is missing");
		ChangedLibrary.report(type, "a field 'first'", "one thing is missing");
		ChangedLibrary.report(type, "a field 'second'", "another thing is missing");

		assertThat(output.getAll().lines().filter((line) -> line.contains("org.example.Pool"))).hasSize(2)
			.allMatch((line) -> line.contains("WARN"))
			.anyMatch((line) -> line
				.endsWith("org.example.Pool does not have a field 'first': one thing is missing. Use a version of"
						+ " the library that cancel-scope was tested with, or upgrade cancel-scope."));
	}

	@Test
	void versionOfTheLibraryIsNamedWhereItIsKnown(CapturedOutput output) {
		ChangedLibrary.report(SpringVersion.class, "a field '" + UUID.randomUUID() + "'", "nothing is missing");

		assertThat(output).contains("SpringVersion (version " + SpringVersion.getVersion() + ") does not");
	}

}
