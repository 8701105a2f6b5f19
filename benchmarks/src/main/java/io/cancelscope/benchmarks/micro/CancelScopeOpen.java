package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Opens so many scopes inside each other, checks once in the innermost, and closes all.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CancelScopeOpen {

	private static final ScopeOptions DEADLINE = ScopeOptions.timeout(Duration.ofSeconds(30));

	private static final ScopeOptions PLAIN = ScopeOptions.none();

	private final CancelScopes scopes = CancelScopes.create();

	@Benchmark
	public void deadline1() {
		try (OpenScope scope = this.scopes.open(DEADLINE)) {
			scope.check();
		}
	}

	@Benchmark
	public void deadline16() {
		nest(DEADLINE, 16);
	}

	@Benchmark
	public void plain1() {
		try (OpenScope scope = this.scopes.open(PLAIN)) {
			scope.check();
		}
	}

	@Benchmark
	public void plain16() {
		nest(PLAIN, 16);
	}

	/** The other way to open one, for a lambda. */
	@Benchmark
	public Integer call1() {
		return this.scopes.call(DEADLINE, (scope) -> {
			scope.check();
			return 1;
		});
	}

	private void nest(ScopeOptions options, int depth) {
		try (OpenScope scope = this.scopes.open(options)) {
			if (depth == 1) {
				scope.check();
			}
			else {
				nest(options, depth - 1);
			}
		}
	}

}
