package io.cancelscope.benchmarks.micro;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What no scope can be cheaper than: reading the clock, and finding the current scope.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Limits {

	private static final ThreadLocal<Object> LOCAL = new ThreadLocal<>();

	private final Object other = new Object();

	@Setup
	public void setUp() {
		LOCAL.set(new Object());
	}

	@Benchmark
	public long clock() {
		return System.nanoTime();
	}

	@Benchmark
	public Object threadLocalGet() {
		return LOCAL.get();
	}

	/** T: the current scope is looked up, replaced, and put back. */
	@Benchmark
	public Object threadLocalSwap() {
		Object before = LOCAL.get();
		LOCAL.set(this.other);
		LOCAL.set(before);
		return before;
	}

	/** L: the same, with the clock read when a deadline is set and when it is checked. */
	@Benchmark
	public long bareScope() {
		long opened = System.nanoTime();
		Object before = LOCAL.get();
		LOCAL.set(this.other);
		long checked = System.nanoTime();
		LOCAL.set(before);
		return checked - opened;
	}

}
