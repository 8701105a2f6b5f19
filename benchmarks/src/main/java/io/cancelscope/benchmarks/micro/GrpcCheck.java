package io.cancelscope.benchmarks.micro;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.grpc.Context;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Asks the innermost of so many contexts. It reads no clock: a timer has to have run.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GrpcCheck {

	@Param({ "1", "16" })
	public int depth;

	private final ScheduledThreadPoolExecutor timer = Daemons.timer();

	@Setup
	public void open() {
		for (int i = 0; i < this.depth; i++) {
			Context.current().withDeadlineAfter(1, TimeUnit.HOURS, this.timer).attach();
		}
	}

	@TearDown
	public void stop() {
		this.timer.shutdownNow();
	}

	@Benchmark
	public boolean isCancelled() {
		return Context.current().isCancelled();
	}

}
