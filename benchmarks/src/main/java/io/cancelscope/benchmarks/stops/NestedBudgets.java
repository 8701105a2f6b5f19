package io.cancelscope.benchmarks.stops;

import java.time.Duration;

import io.cancelscope.benchmarks.stops.Times.What;

/**
 * Budgets of 300, 500 and 200 ms inside each other, and the innermost begins after 200
 * ms: the outermost is the one that ends first, 100 ms before the innermost.
 */
final class NestedBudgets implements Scenario {

	private static final Duration BEFORE = Duration.ofMillis(200);

	private final Stage stage;

	NestedBudgets(Stage stage) {
		this.stage = stage;
	}

	@Override
	public void run(int id) throws Exception {
		Rival rival = this.stage.rival();
		rival.within("Trips.plan", Work.BUDGET, () -> {
			Work.steps(rival, BEFORE);
			return rival.within("Seats.find", Duration.ofMillis(500),
					() -> rival.within("Suppliers.ask", Duration.ofMillis(200), () -> work(id)));
		});
	}

	private Object work(int id) throws InterruptedException {
		try {
			Work.steps(this.stage.rival(), Work.LENGTH);
		}
		finally {
			this.stage.times().over(What.GONE, id);
		}
		return "found";
	}

}
