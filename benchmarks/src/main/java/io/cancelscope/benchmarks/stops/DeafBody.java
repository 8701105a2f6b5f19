package io.cancelscope.benchmarks.stops;

import java.util.concurrent.Callable;

import io.cancelscope.benchmarks.stops.Times.What;

/**
 * Work that neither checks nor minds interrupts: all that can be had is a caller that
 * goes on.
 */
final class DeafBody implements Scenario {

	private final Stage stage;

	private final Call call;

	private DeafBody(Stage stage, Call call) {
		this.stage = stage;
		this.call = call;
	}

	/** The work is called as any other. */
	static DeafBody inPlace(Stage stage) {
		return new DeafBody(stage, (work) -> stage.rival().interrupting("Maps.render", Work.BUDGET, work));
	}

	/** The code says that it can be left behind. */
	static DeafBody left(Stage stage) {
		return new DeafBody(stage, (work) -> stage.rival().leaving("Maps.render", Work.BUDGET, work));
	}

	@Override
	public void run(int id) throws Exception {
		this.call.call(() -> {
			Work.deaf(Work.LENGTH);
			this.stage.times().over(What.GONE, id);
			return null;
		});
	}

	private interface Call {

		void call(Callable<Void> work) throws Exception;

	}

}
