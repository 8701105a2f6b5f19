package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * The same as in {@link CancelScopeOpen}, where other scopes have keys and listeners for
 * them, and with a key. A scope without one is to cost what it costs there.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyedOpen {

	private static final ScopeOptions DEADLINE = ScopeOptions.timeout(Duration.ofSeconds(30));

	private static final ScopeOptions KEYED = DEADLINE.withKey("order-42");

	/** How many scopes with other keys are open meanwhile. */
	private static final int OPEN = 100_000;

	private final CancelScopes scopes = CancelScopes.builder().keyedListener((scope) -> {
	}).build();

	private final List<OpenScope> others = new ArrayList<>();

	@Setup
	public void openOthers() {
		for (int i = 0; i < OPEN; i++) {
			this.others.add(this.scopes.openUnbound(ScopeOptions.none().withKey("other-" + i)));
		}
	}

	@TearDown
	public void closeOthers() {
		this.others.forEach(OpenScope::close);
		this.others.clear();
	}

	@Benchmark
	public void withoutKey1() {
		try (OpenScope scope = this.scopes.open(DEADLINE)) {
			scope.check();
		}
	}

	@Benchmark
	public void withKey1() {
		try (OpenScope scope = this.scopes.open(KEYED)) {
			scope.check();
		}
	}

	@Benchmark
	public List<CancelScope> find() {
		return this.scopes.findByKey("other-1");
	}

}
