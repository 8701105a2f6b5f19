package io.cancelscope.benchmarks.stops;

import io.cancelscope.benchmarks.stops.Times.What;

/**
 * An {@code @Async} method, called within a budget: gone when the method ends.
 */
final class AsyncChild implements Scenario {

	private final Stage stage;

	private final Children children;

	AsyncChild(Stage stage) {
		this.stage = stage;
		this.children = stage.bean(Children.class);
	}

	@Override
	public void run(int id) throws Exception {
		Rival rival = this.stage.rival();
		rival.within("Trips.plan", Work.BUDGET, () -> {
			rival.await(this.children.run(() -> {
				try {
					Work.steps(rival, Work.LENGTH);
				}
				finally {
					this.stage.times().over(What.GONE, id);
				}
				return null;
			}));
			return null;
		});
	}

}
