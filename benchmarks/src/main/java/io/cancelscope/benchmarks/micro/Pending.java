package io.cancelscope.benchmarks.micro;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import io.cancelscope.TimeSource;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Deadlines of other requests, which wait all the while in the one timer that all threads
 * share: in ours or in gRPC's, whichever is measured.
 */
@State(Scope.Benchmark)
public class Pending {

	@Param({ "0", "100000", "1000000" })
	public int pending;

	final ScheduledThreadPoolExecutor timer = Daemons.timer();

	private boolean filled;

	synchronized void fillOurs() {
		fill((delay) -> TimeSource.system().schedule(() -> {
		}, delay));
	}

	synchronized void fillGrpc() {
		fill((delay) -> this.timer.schedule(() -> {
		}, delay, TimeUnit.NANOSECONDS));
	}

	/** On both sides of the two minutes that are measured. */
	private void fill(LongConsumer schedule) {
		for (int i = 0; !this.filled && i < this.pending; i++) {
			schedule.accept(TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextInt(60_000, 180_000)));
		}
		if (!this.filled) {
			System.gc(); // they have waited for a while: not copied time and again
		}
		this.filled = true;
	}

	@TearDown
	public void stop() {
		this.timer.shutdownNow();
	}

}
