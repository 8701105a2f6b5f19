package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
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

/**
 * A scope that does something by itself when its deadline passes, so needs a timer.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CancelScopeFiring {

	private static final ScopeOptions DEADLINE = ScopeOptions.timeout(Duration.ofMinutes(2));

	private static final ScopeOptions INTERRUPT = DEADLINE.interrupt();

	private static final Consumer<CancelReason> NOTHING = (reason) -> {
	};

	private final CancelScopes scopes = CancelScopes.create();

	@Setup
	public void fill(Pending pending) {
		pending.fillOurs();
	}

	@Benchmark
	public CancelScope.Registration callback(Pending pending) {
		try (OpenScope scope = this.scopes.open(DEADLINE)) {
			CancelScope.Registration registration = scope.onCancel(NOTHING);
			scope.check();
			return registration;
		}
	}

	@Benchmark
	public void interrupt(Pending pending) {
		try (OpenScope scope = this.scopes.open(INTERRUPT)) {
			scope.check();
		}
	}

}
