package io.cancelscope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R14 with scopes inside each other: the outermost cancelled one moves on, whichever of
 * those inside it made the exception.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class NestedMoveOnTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void middleOneMovesOnWhereTheInnermostWasCancelledBefore() {
		String result = orElse("outer", (outer) -> orElse("middle", (middle) -> orElse("inner", (inner) -> {
			inner.cancel();
			middle.cancel();
			inner.check();
			return "value";
		})));

		assertThat(result).isEqualTo("instead of middle");
		assertThat(this.trail.words()).containsExactly("middle");
	}

	@Test
	void outermostOneMovesOnWhereAllWereCancelled() {
		String result = orElse("outer", (outer) -> orElse("middle", (middle) -> orElse("inner", (inner) -> {
			inner.cancel();
			middle.cancel();
			outer.cancel();
			middle.check();
			return "value";
		})));

		assertThat(result).isEqualTo("instead of outer");
		assertThat(this.trail.words()).containsExactly("outer");
	}

	@Test
	void outerOneCancelledWhileTheExceptionPassesMovesOn() {
		String result = orElse("outer", (outer) -> orElse("middle", (middle) -> {
			try {
				return this.scopes.call(ScopeOptions.none(), this::cancelAndCheck);
			}
			finally {
				outer.cancel();
			}
		}));

		assertThat(result).isEqualTo("instead of outer");
		assertThat(this.trail.words()).containsExactly("outer");
	}

	@Test
	void scopesOfTryStatementsInBetweenMakeNoDifference() {
		String result = orElse("outer", (outer) -> {
			try (OpenScope first = this.scopes.open(ScopeOptions.named("first"));
					OpenScope second = this.scopes.open(ScopeOptions.named("second").shield());
					OpenScope third = this.scopes.open(ScopeOptions.named("third"))) {
				third.cancel();
				outer.cancel();
				third.check();
				return "value";
			}
		});

		assertThat(result).isEqualTo("instead of outer");
	}

	@Test
	void innermostOneOfADeepNestIsKnown() {
		String result = orElse("outer", (outer) -> {
			outer.onCancel(this.trail.adding("stop"));
			return nest(200, outer);
		});

		assertThat(result).isEqualTo("instead of outer");
	}

	private String nest(int depth, CancelScope outer) {
		return this.scopes.call(ScopeOptions.none(), (scope) -> {
			if (depth > 0) {
				return nest(depth - 1, outer);
			}
			scope.cancel();
			outer.cancel();
			scope.check();
			return "value";
		});
	}

	@Test
	void childOnAnotherThreadBelongsToTheScopeThatAwaitsIt() throws Exception {
		ExecutorService pool = Executors.newSingleThreadExecutor();
		try {
			String result = this.scopes.callOrElse(ScopeOptions.named("outer"), (outer) -> {
				CompletableFuture<String> child = CompletableFuture.supplyAsync(
						outer.wrapSupplier(() -> this.scopes.call(ScopeOptions.named("child"), this::cancelAndCheck)),
						pool);
				Throwable failure = catchThrowable(child::join).getCause();
				assertThat(failure).isInstanceOf(ScopeCancelledException.class);
				outer.cancel();
				throw new ExecutionException(failure);
			}, (reason) -> "instead of " + reason.origin());

			assertThat(result).isEqualTo("instead of outer");
		}
		finally {
			pool.shutdownNow();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void deadlineOfAnOuterOneThatPassesAfterwardsMovesOnThere(boolean outerInterrupts) {
		ScopeOptions options = ScopeOptions.named("outer").withTimeout(seconds(2));

		String result = this.scopes.callOrElse(outerInterrupts ? options.interrupt() : options,
				(outer) -> orElse("inner", (inner) -> {
					inner.cancel();
					this.time.advance(seconds(2));
					inner.check();
					return "value";
				}), (reason) -> "after " + reason.kind());

		assertThat(result).isEqualTo("after DEADLINE");
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void interruptionOfAnInnerOneMovesOnInTheOuterOneThatWasCancelledToo() throws Exception {
		String result = this.scopes.<String, InterruptedException>callOrElse(ScopeOptions.named("outer"),
				(outer) -> this.scopes.<String, InterruptedException>callOrElse(ScopeOptions.named("inner").interrupt(),
						(inner) -> {
							cancelOnceBlocked(inner, outer);
							return sleepUntilCancelled(outer);
						}, this::fallback),
				this::fallback);

		assertThat(result).isEqualTo("instead of outer");
		assertThat(this.trail.words()).containsExactly("outer");
	}

	/** Cancels both, one after the other, once the calling thread sleeps. */
	private static void cancelOnceBlocked(CancelScope first, CancelScope second) {
		Thread body = Thread.currentThread();
		Patience.start(() -> {
			while (body.getState() != Thread.State.TIMED_WAITING) {
				Thread.onSpinWait();
			}
			first.cancel();
			second.cancel();
		});
	}

	private static String sleepUntilCancelled(CancelScope outer) throws InterruptedException {
		try {
			Thread.sleep(20_000);
			return "value";
		}
		finally {
			while (!outer.isCancelled()) {
				Thread.onSpinWait();
			}
		}
	}

	@Test
	void interruptionOfTheScopesOwnMovesOn() throws Exception {
		String result = this.scopes.callOrElse(ScopeOptions.named("outer"), (outer) -> {
			outer.cancel();
			outer.interruptibly((waiting) -> {
				Thread.sleep(20_000);
				return "value";
			});
			return "value";
		}, (reason) -> "instead of " + reason.origin());

		assertThat(result).isEqualTo("instead of outer");
	}

	@Test
	void visibleAncestorCancelledLetsAllPass() {
		Throwable thrown = catchThrowable(() -> this.scopes.run(ScopeOptions.named("ancestor"),
				(ancestor) -> orElse("outer", (outer) -> orElse("inner", (inner) -> {
					inner.cancel();
					outer.cancel();
					ancestor.cancel();
					inner.check();
					return "value";
				}))));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void outerOneThatWasNotCancelledLetsTheExceptionOfAnInnerOnePass() {
		Throwable thrown = catchThrowable(
				() -> orElse("outer", (outer) -> this.scopes.call(ScopeOptions.named("inner"), this::cancelAndCheck)));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void outerOneThatIsNotCancelledByFailuresLetsItPassToo() {
		ScopeOptions options = ScopeOptions.named("outer").cancelOnException(false);

		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(options,
				(outer) -> this.scopes.call(ScopeOptions.named("inner"), this::cancelAndCheck), this::fallback));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	private String orElse(String name, CancelScope.Operation<String, RuntimeException> operation) {
		return this.scopes.callOrElse(ScopeOptions.named(name), operation, this::fallback);
	}

	private String fallback(CancelReason reason) {
		this.trail.add(reason.origin());
		return "instead of " + reason.origin();
	}

	private String cancelAndCheck(CancelScope scope) {
		scope.cancel();
		scope.check();
		return "value";
	}

}
