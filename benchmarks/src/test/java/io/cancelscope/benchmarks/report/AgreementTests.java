package io.cancelscope.benchmarks.report;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Agreement}.
 */
class AgreementTests {

	@Test
	void rowsThatDifferByMoreThanAFifthAreNamed() {
		Figures quick = figures(100, 100, 100);
		Figures full = figures(120, 121, 84);
		full.add("only in full", "ns", 7);

		assertThat(Agreement.lines(quick, full)).containsExactly("2 of 3 rows agree within a fifth",
				"b: 100 and 121 ns");
	}

	@Test
	void mediansOfTheRoundsCount() {
		Figures quick = new Figures();
		quick.add("a", "B", 64);
		Figures full = new Figures();
		full.add("a", "B", 64);
		full.add("a", "B", 400);
		full.add("a", "B", 64);

		assertThat(Agreement.lines(quick, full)).containsExactly("1 of 1 rows agree within a fifth");
	}

	private static Figures figures(double a, double b, double c) {
		Figures figures = new Figures();
		figures.add("a", "ns", a);
		figures.add("b", "ns", b);
		figures.add("c", "ns", c);
		return figures;
	}

}
