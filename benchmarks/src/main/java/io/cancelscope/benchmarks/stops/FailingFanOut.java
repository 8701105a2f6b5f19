package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicIntegerArray;

import io.cancelscope.benchmarks.stops.Times.What;

/**
 * Three tasks at once, of which the first fails after 50 ms: gone when the last of the
 * others has ended.
 */
final class FailingFanOut implements Scenario {

	private static final Duration UNTIL_FAILURE = Duration.ofMillis(50);

	private final Stage stage;

	private final AtomicIntegerArray ended;

	FailingFanOut(Stage stage) {
		this.stage = stage;
		this.ended = new AtomicIntegerArray(stage.times().repetitions());
	}

	@Override
	public void run(int id) throws Exception {
		Callable<Void> working = () -> work(id);
		this.stage.rival().all("Trips.compare", Work.BUDGET, List.of(this::fail, working, working));
	}

	private Void fail() throws InterruptedException {
		Thread.sleep(UNTIL_FAILURE.toMillis());
		throw new IllegalStateException("no seats");
	}

	private Void work(int id) throws InterruptedException {
		try {
			Work.steps(this.stage.rival(), Work.LENGTH);
		}
		finally {
			if (this.ended.incrementAndGet(id) == 2) {
				this.stage.times().over(What.GONE, id);
			}
		}
		return null;
	}

}
