package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
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
 * Checks the innermost of so many scopes, that are open and stay so.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CancelScopeCheck {

	@Param({ "1", "16", "64" })
	public int depth;

	@Param({ "true", "false" })
	public boolean deadline;

	private final CancelScopes scopes = CancelScopes.create();

	private final Deque<OpenScope> open = new ArrayDeque<>();

	private OpenScope innermost;

	@Setup
	public void open() {
		ScopeOptions options = this.deadline ? ScopeOptions.timeout(Duration.ofHours(1)) : ScopeOptions.none();
		for (int i = 0; i < this.depth; i++) {
			this.open.push(this.scopes.open(options));
		}
		this.innermost = this.open.element();
	}

	@TearDown
	public void close() {
		this.open.forEach(OpenScope::close);
		this.open.clear();
	}

	@Benchmark
	public void held() {
		this.innermost.check();
	}

	@Benchmark
	public void bean() {
		this.scopes.check();
	}

}
