package io.cancelscope.benchmarks.micro;

import java.util.concurrent.TimeUnit;

import io.grpc.Context;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A context with a deadline, which always has a timer. No listener, so this is the least
 * that it does.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GrpcFiring {

	@Setup
	public void fill(Pending pending) {
		pending.fillGrpc();
	}

	@Benchmark
	public boolean deadline(Pending pending) {
		Context.CancellableContext context = Context.current().withDeadlineAfter(120, TimeUnit.SECONDS, pending.timer);
		Context before = context.attach();
		try {
			return context.isCancelled();
		}
		finally {
			context.detach(before);
			context.cancel(null);
		}
	}

}
