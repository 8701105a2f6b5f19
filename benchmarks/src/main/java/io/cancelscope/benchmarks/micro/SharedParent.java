package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Threads that open scopes inside the same one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SharedParent {

	private static final ScopeOptions DEADLINE = ScopeOptions.timeout(Duration.ofSeconds(30));

	private static final ScopeOptions PLAIN = ScopeOptions.none();

	private CancelScope.Registration attachment;

	/**
	 * The one around them all.
	 */
	@State(Scope.Benchmark)
	public static class Parent {

		final CancelScopes scopes = CancelScopes.create();

		final OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(Duration.ofHours(1)));

		@TearDown
		public void close() {
			this.scope.close();
		}

	}

	@Setup
	public void attach(Parent parent) {
		this.attachment = parent.scope.attach();
	}

	@TearDown
	public void detach() {
		this.attachment.close();
	}

	@Benchmark
	public void deadline(Parent parent) {
		try (OpenScope scope = parent.scopes.open(DEADLINE)) {
			scope.check();
		}
	}

	@Benchmark
	public void plain(Parent parent) {
		try (OpenScope scope = parent.scopes.open(PLAIN)) {
			scope.name();
		}
	}

}
