package io.cancelscope.benchmarks.micro;

import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.grpc.Context;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Wraps a task so that it takes along what is current, and runs it on the spot.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Wrapping {

	private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

	private final ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder()
		.contextRegistry(new ContextRegistry().registerThreadLocalAccessor("local", LOCAL))
		.build();

	private final Runnable task = () -> this.runs++;

	private OpenScope scope;

	private int runs;

	@Setup
	public void setUp() {
		this.scope = CancelScopes.create().open(ScopeOptions.none());
		Context.current().withCancellation().attach();
		LOCAL.set("here");
	}

	@TearDown
	public void close() {
		this.scope.close();
	}

	@Benchmark
	public void cancelScope() {
		CancelScope.current().wrap(this.task).run();
	}

	@Benchmark
	public void grpc() {
		Context.current().wrap(this.task).run();
	}

	@Benchmark
	public void micrometer() {
		this.snapshots.captureAll().wrap(this.task).run();
	}

}
