package io.cancelscope.benchmarks.stops;

import io.cancelscope.benchmarks.stops.Times.What;

/**
 * A wait that has no timeout in time: gone when its thread goes on.
 */
final class BareWait implements Scenario {

	private final Stage stage;

	BareWait(Stage stage) {
		this.stage = stage;
	}

	@Override
	public void run(int id) throws Exception {
		this.stage.rival().interrupting("Seats.await", Work.BUDGET, () -> {
			try {
				Work.await(Work.LENGTH);
			}
			finally {
				this.stage.times().over(What.GONE, id);
			}
			return null;
		});
	}

}
