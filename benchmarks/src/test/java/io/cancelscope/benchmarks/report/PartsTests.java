package io.cancelscope.benchmarks.report;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what is told of the parts of a figure.
 */
class PartsTests {

	private final Figures figures = new Figures();

	private final Parts plain = Parts.all().get(0);

	@Test
	void whatNoPartAccountsForIsLeftOver() {
		add("CancelScopeOpen.plain1", 30);
		add("Limits.threadLocalSwap", 5);
		add("LeastScope.unfenced", 18);
		add("LeastScope.fenced", 26);

		assertThat(this.plain.isIn(this.figures)).isTrue();
		assertThat(this.plain.lines(this.figures)).containsExactly(
				"| **Open without a deadline + check + close** | 30.0 ns |",
				"| the thread-local accesses alone (T) | 5.00 ns |",
				"| an object of 64 bytes that becomes current and ceases to be | 13.0 ns |",
				"| the compare-and-set that ends it | 8.00 ns |", "| the rest: what makes a scope of it | 4.00 ns |");
	}

	@Test
	void figureWithAPartThatWasNotMeasuredIsLeftOut() {
		add("CancelScopeOpen.plain1", 30);
		add("Limits.threadLocalSwap", 5);

		assertThat(this.plain.isIn(this.figures)).isFalse();
	}

	private void add(String name, double value) {
		this.figures.add(name, "ns", value);
	}

}
