package io.cancelscope.spring.budget;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import io.cancelscope.spring.budget.Hint.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is logged about budgets, and how often.
 */
@ExtendWith(OutputCaptureExtension.class)
class BudgetCheckTests {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	@Test
	void eachKindIsLoggedOncePerName(CapturedOutput output) {
		BudgetCheck check = new BudgetCheck((name) -> List.of(new Hint(Kind.NEVER_COUNTS, "it never counts"),
				new Hint(Kind.USED_UP, "all is used")), this.tasks::add);
		check.partBegins("quotes");
		check.partBegins("quotes");
		check.partBegins("orders");

		assertThat(output).as("nothing on the thread of a call").doesNotContain("The budget of");
		this.tasks.forEach(Runnable::run);

		assertThat(output).containsOnlyOnce("The budget of scope 'quotes' has no effect: it never counts. See")
			.containsOnlyOnce("The budget of scope 'quotes' is used up: all is used. See")
			.containsOnlyOnce("The budget of scope 'orders' is used up: all is used. See");
	}

	@Test
	void linesOfAKindAreLimited(CapturedOutput output) {
		BudgetCheck check = new BudgetCheck((name) -> List.of(new Hint(Kind.NO_BUDGET, "no budget limits its calls")),
				Runnable::run);
		for (int i = 0; i < 1_000; i++) {
			check.partBegins("name" + i);
		}

		assertThat(
				output.toString().lines().filter((line) -> line.contains("has no budget: no budget limits its calls")))
			.hasSize(BudgetCheck.MOST_LINES);
	}

}
