package io.cancelscope.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests what a table says about figures.
 */
class GoalTests {

	private final Figures figures = new Figures();

	@Test
	void aRatioIsTakenRoundByRound() {
		add("ours", 10, 20, 90);
		add("theirs", 5, 20, 30);

		double ratio = goal(3).value(this.figures);

		assertThat(ratio).isEqualTo(2);
	}

	@Test
	void aGoalThatIsJustReachedIsMet() {
		add("ours", 30);
		add("theirs", 10);

		String line = goal(3).line(this.figures);

		assertThat(line).isEqualTo("| it | ≤ 3 × | 3 × | 30.0 ns / 10.0 ns | met |");
	}

	@Test
	void aGoalThatIsMissedStaysInTheTable() {
		add("ours", 31);
		add("theirs", 10);

		String line = goal(3).line(this.figures);

		assertThat(line).contains("3.10 ×").endsWith("| **missed** |");
	}

	@Test
	void whatIsWrittenIsReadAgain(@TempDir Path directory) throws IOException {
		add("ours", 1.25, 1e6);
		Figures read = new Figures();

		this.figures.write(directory.resolve("some.tsv"));
		read.read(directory.resolve("some.tsv"));

		assertThat(read.get("ours")).isEqualTo(this.figures.get("ours"));
	}

	@Test
	void whatWasNotMeasuredIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.figures.get("ours")).withMessageContaining("'ours'");
	}

	@Test
	void everyGoalHasANameOfItsOwn() {
		assertThat(Goals.all()).extracting(Goal::what).doesNotHaveDuplicates().hasSizeGreaterThan(30);
	}

	private static Goal goal(double bound) {
		return new Goal("it", bound, "×", Measured.figure("ours").over(Measured.figure("theirs")));
	}

	private void add(String name, double... rounds) {
		for (double round : rounds) {
			this.figures.add(name, "ns", round);
		}
	}

}
