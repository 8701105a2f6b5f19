package io.cancelscope.testing;

import java.time.Duration;
import java.util.concurrent.Executor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What tasks of the timer, and what is handed to the executor meanwhile, throw is thrown
 * to the one that advances, and keeps nothing else from running.
 */
@ExtendWith(ThreadStaysClean.class)
class ManualTimeFailureTests {

	private final ManualTime time = new ManualTime();

	private final Executor executor = this.time.callbackExecutor();

	private final Trail trail = new Trail();

	private final IllegalStateException first = new IllegalStateException("first");

	private final IllegalStateException second = new IllegalStateException("second");

	@Test
	void laterFailuresAreSuppressedInTheFirst() {
		IllegalStateException third = new IllegalStateException("third");
		this.time.schedule(() -> {
			this.executor.execute(() -> fail(this.second));
			this.executor.execute(() -> fail(third));
			this.executor.execute(() -> this.trail.add("last"));
			fail(this.first);
		}, 1);

		Throwable thrown = catchThrowable(() -> this.time.advance(Duration.ofNanos(1)));

		assertThat(thrown).isSameAs(this.first);
		assertThat(this.first.getSuppressed()).containsExactly(this.second, third);
		assertThat(this.trail.words()).containsExactly("last");
	}

	@Test
	void oneExceptionThrownTwiceIsNotSuppressedInItself() {
		this.time.schedule(() -> {
			this.executor.execute(() -> fail(this.first));
			fail(this.first);
		}, 1);

		Throwable thrown = catchThrowable(() -> this.time.advance(Duration.ofNanos(1)));

		assertThat(thrown).isSameAs(this.first).hasNoSuppressedExceptions();
	}

	@Test
	void failureInsideACallbackLeavesTheThreadFree() {
		Throwable thrown = catchThrowable(() -> this.executor.execute(() -> {
			this.executor.execute(() -> this.trail.add("waited"));
			fail(this.first);
		}));

		this.executor.execute(() -> this.trail.add("at once"));

		assertThat(thrown).isSameAs(this.first);
		assertThat(this.trail.words()).containsExactly("waited", "at once");
	}

	@Test
	void failureOfATaskThatAdvancesLeavesTheThreadFree() {
		this.time.schedule(() -> {
			this.executor.execute(() -> this.trail.add("waited"));
			this.time.schedule(() -> fail(this.first), 1);
			this.time.advance(Duration.ofNanos(1));
		}, 1);

		Throwable thrown = catchThrowable(() -> this.time.advance(Duration.ofNanos(5)));
		this.executor.execute(() -> this.trail.add("at once"));

		assertThat(thrown).isSameAs(this.first).hasNoSuppressedExceptions();
		assertThat(this.trail.words()).containsExactly("waited", "at once");
		assertThat(this.time.nanoTime()).isEqualTo(2);
	}

	private static void fail(RuntimeException failure) {
		throw failure;
	}

}
