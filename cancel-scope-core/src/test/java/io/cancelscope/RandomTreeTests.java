package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Random trees of scopes, alone and with work that was carried to other threads, against
 * {@link TreeModel}.
 */
@ExtendWith(ThreadStaysClean.class)
class RandomTreeTests {

	/**
	 * Fewer where the tests run again and again, as the mutation run does, and more for a
	 * change of the tree: {@code -Dio.cancelscope.random.runs=100000}.
	 */
	private static final int RUNS = Integer.getInteger("io.cancelscope.random.runs", 3000);

	private final List<DrivenThread> threads = new ArrayList<>();

	@AfterEach
	void endThreads() {
		this.threads.forEach(DrivenThread::close);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 700 })
	void treesDoWhatTheRulesSay(long clockStart) {
		for (long seed = 0; seed < RUNS; seed++) {
			new RandomTreeRun(seed, clockStart, List.of(), false).replay(stepsOf(seed));
		}
	}

	@Test
	void alarmsAreGoneWithTheLastThingToWake() {
		for (long seed = 0; seed < RUNS; seed++) {
			new RandomTreeRun(seed, 0, List.of(), true).replay(stepsOf(seed));
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE - 700 })
	void workThatOutlivesItsScopeIsReachedFromAbove(long clockStart) {
		startThreads();
		long callbacks = 0;
		long waits = 0;

		for (long seed = 0; seed < RUNS; seed++) {
			RandomTreeRun run = new RandomTreeRun(seed, clockStart, this.threads, false);
			run.replay(stepsOf(seed));
			callbacks += run.callbacks.wokenAfterMovingUp();
			waits += run.work.waitsWokenAfterMovingUp();
		}

		assertThat(callbacks).as("callbacks that moved up and then ran").isPositive();
		assertThat(waits).as("waits that moved up and were then ended").isPositive();
	}

	@Test
	void alarmsOfCarriedWorkAreGoneWithTheLastThingToWake() {
		startThreads();

		for (long seed = 0; seed < RUNS; seed++) {
			new RandomTreeRun(seed, 0, this.threads, true).replay(stepsOf(seed));
		}
	}

	@Test
	void modelThatLeavesOutARuleIsFoundOut() {
		RandomTreeRun run = new RandomTreeRun(1, 0, List.of(), false);
		run.real.add(run.scopes.openUnbound(ScopeOptions.named("s0")));
		run.model.add(run.tree.open("s0", null, false, false, 5L));

		Throwable difference = catchThrowable(run::compareAll);

		assertThat(difference).isInstanceOf(AssertionError.class).hasMessageContaining("remaining");
	}

	@Test
	void callbackThatRanAgainstTheModelIsFoundOut() {
		RandomTreeRun run = new RandomTreeRun(1, 0, List.of(), false);
		OpenScope scope = run.scopes.openUnbound(ScopeOptions.named("s0"));
		run.callbacks.register(scope, run.tree.open("s0", null, false, false, null).onCancel(null));

		scope.cancel();

		assertThat(catchThrowable(run::compareWhatWoke)).isInstanceOf(AssertionError.class)
			.hasMessageContaining("what callback 0 was told");
	}

	private void startThreads() {
		for (int i = 0; i < 3; i++) {
			this.threads.add(new DrivenThread("thread " + i));
		}
	}

	/** Short runs first, so that the first one that fails is easy to follow. */
	private static long stepsOf(long seed) {
		return 2 + seed * 80 / RUNS;
	}

}
