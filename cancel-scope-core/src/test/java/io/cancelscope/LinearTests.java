package io.cancelscope;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * R10: what ends a nest of scopes costs the same for each level, however deep it is. Four
 * times as deep takes four times as long, and would take sixteen times if each level
 * walked to the top.
 */
@Timeout(120)
class LinearTests {

	private static final int SHALLOW = 2_000;

	private static final int DEEP = 8_000;

	/** Half way between linear and quadratic. */
	private static final int MOST = 8;

	/** For what takes microseconds in all. */
	private static final Duration SLACK = Duration.ofMillis(50);

	private static final Duration LIMIT = Duration.ofSeconds(2);

	private static final int ROUNDS = 7;

	private static final long BIG_STACK = 1L << 30;

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	/** What kind of scopes are nested. */
	private enum Nest {

		PLAIN(ScopeOptions.none(), false), WITH_DEADLINES(ScopeOptions.timeout(seconds(9)), false),
		CARRIED(ScopeOptions.none(), true), CARRIED_WITH_DEADLINES(ScopeOptions.timeout(seconds(9)), true);

		private final ScopeOptions options;

		private final boolean carried;

		Nest(ScopeOptions options, boolean carried) {
			this.options = options;
			this.carried = carried;
		}

		void reachedTheBottom() {
			if (this.carried) {
				CancelScope.current().attach().close();
			}
		}

	}

	@ParameterizedTest
	@EnumSource
	void exceptionPassesNestedCalls(Nest nest) throws Exception {
		assertLinear((depth) -> {
			long[] thrownAt = new long[1];
			try {
				call(nest, depth, () -> {
					nest.reachedTheBottom();
					thrownAt[0] = System.nanoTime();
					throw new IllegalStateException("broken");
				});
			}
			catch (IllegalStateException ex) {
				return System.nanoTime() - thrownAt[0];
			}
			throw new AssertionError("It did not come out");
		});
	}

	@ParameterizedTest
	@EnumSource
	void cancellationPassesNestedCalls(Nest nest) throws Exception {
		assertLinear((depth) -> {
			long[] thrownAt = new long[1];
			try {
				call(nest, depth, () -> {
					nest.reachedTheBottom();
					thrownAt[0] = System.nanoTime();
					CancelScope.current().cancel();
					CancelScope.current().check();
				});
			}
			catch (ScopeCancelledException ex) {
				return System.nanoTime() - thrownAt[0];
			}
			throw new AssertionError("It did not come out");
		});
	}

	private void call(Nest nest, int depth, Runnable atTheBottom) {
		this.scopes.call(nest.options, (scope) -> {
			if (depth > 1) {
				call(nest, depth - 1, atTheBottom);
			}
			else {
				atTheBottom.run();
			}
			return null;
		});
	}

	@ParameterizedTest
	@EnumSource
	void outermostOfManyIsClosedFirst(Nest nest) throws Exception {
		assertLinear((depth) -> {
			OpenScope outermost = this.scopes.open(nest.options);
			for (int i = 1; i < depth; i++) {
				this.scopes.open(nest.options);
			}
			nest.reachedTheBottom();

			long start = System.nanoTime();
			assertThatIllegalStateException().isThrownBy(outermost::close);
			return System.nanoTime() - start;
		});
	}

	@ParameterizedTest
	@EnumSource
	void nestedScopesCloseInOrder(Nest nest) throws Exception {
		assertLinear((depth) -> {
			Deque<OpenScope> open = new ArrayDeque<>(depth);
			for (int i = 0; i < depth; i++) {
				open.push(this.scopes.open(nest.options));
			}
			nest.reachedTheBottom();

			long start = System.nanoTime();
			open.forEach(OpenScope::close);
			return System.nanoTime() - start;
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "CARRIED", "CARRIED_WITH_DEADLINES" })
	void scopesAboveWorkThatGoesOnCloseFromTheOutside(Nest nest) throws Exception {
		assertLinear((depth) -> {
			List<OpenScope> chain = new ArrayList<>(depth);
			OpenScope last = this.scopes.openUnbound(nest.options);
			for (int i = 1; i < depth; i++) {
				chain.add(last);
				last = Scopes.openIn(last, this.scopes, nest.options);
			}
			last.onCancel((reason) -> {
			});

			long start = System.nanoTime();
			chain.forEach(OpenScope::close);
			long took = System.nanoTime() - start;
			last.close();
			return took;
		});
	}

	@Test
	void nestedScopesThatAreAskedCloseInOrder() throws Exception {
		assertLinear((depth) -> {
			Deque<OpenScope> open = new ArrayDeque<>(depth);
			for (int i = 0; i < depth; i++) {
				open.push(this.scopes.open(ScopeOptions.timeout(seconds(9))));
			}
			CancelScope.current().attach().close();

			long start = System.nanoTime();
			for (OpenScope scope : open) {
				scope.check();
				scope.close();
			}
			return System.nanoTime() - start;
		});
	}

	/** The best of some runs each, in turns, on a thread with room for the depth. */
	private static void assertLinear(IntToLongFunction nanosForDepth) throws Exception {
		FutureTask<long[]> best = new FutureTask<>(() -> {
			long shallow = Long.MAX_VALUE;
			long deep = Long.MAX_VALUE;
			for (int i = 0; i < ROUNDS; i++) {
				shallow = Math.min(shallow, nanosForDepth.applyAsLong(SHALLOW));
				deep = Math.min(deep, nanosForDepth.applyAsLong(DEEP));
			}
			return new long[] { shallow, deep };
		});
		Thread thread = new Thread(null, best, "deep", BIG_STACK);
		thread.setDaemon(true);
		thread.start();
		long[] nanos = best.get(110, TimeUnit.SECONDS);

		assertThat(Duration.ofNanos(nanos[1])).as("%,d levels", DEEP).isLessThan(LIMIT);
		assertThat(nanos[1]).as("nanoseconds for %,d levels beside %,d for %,d", DEEP, nanos[0], SHALLOW)
			.isLessThan(MOST * nanos[0] + SLACK.toNanos());
	}

}
