package io.cancelscope;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Waiting for a future that is cancelled because the scope's time is up ends with the
 * scope's exception, not with the future's.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class AwaitedCancellationTests {

	private static final ScopeOptions A_SECOND = ScopeOptions.named("quote").withTimeout(seconds(1));

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	/** Time is up while it is waited for, and what it ended with is there first. */
	private final class Late extends CompletableFuture<String> {

		@Override
		public String get() throws InterruptedException, ExecutionException {
			AwaitedCancellationTests.this.time.advance(seconds(1));
			return super.get();
		}

		@Override
		public String get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			AwaitedCancellationTests.this.time.advance(seconds(1));
			return super.get(timeout, unit);
		}

	}

	private static void cancelWith(CancelScope scope, Future<?> future) {
		scope.onCancel((reason) -> future.cancel(true));
	}

	@Test
	void exceptionIsTheScopes() {
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.scopes.call(A_SECOND, (scope) -> {
				Late future = new Late();
				cancelWith(scope, future);
				return scope.await(future);
			}))
			.withMessage("scope 'quote' (1s) exceeded its deadline");
	}

	@Test
	void exceptionIsTheScopesWhereTheCurrentOneIsAsked() {
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.scopes.run(A_SECOND, (scope) -> {
				Late future = new Late();
				cancelWith(scope, future);
				this.scopes.await(future);
			}));
	}

	@Test
	void fallbackRuns() throws Exception {
		String got = this.scopes.callOrElse(A_SECOND, (scope) -> {
			Late future = new Late();
			cancelWith(scope, future);
			return scope.await(future);
		}, (reason) -> "fallback");

		assertThat(got).isEqualTo("fallback");
	}

	@Test
	void futureThatFailsBecauseAnotherOfItsStagesWasCancelledIsTheScopesFailure() throws Exception {
		String got = this.scopes.callOrElse(A_SECOND, (scope) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			cancelWith(scope, source);
			Late future = new Late();
			source.whenComplete((value, failure) -> future.completeExceptionally(failure));
			return scope.await(future);
		}, (reason) -> "fallback");

		assertThat(got).isEqualTo("fallback");
	}

	@Test
	void futureThatSomebodyElseCancelledIsCancelled() {
		assertThatExceptionOfType(CancellationException.class)
			.isThrownBy(() -> this.scopes.callOrElse(A_SECOND, (scope) -> {
				CompletableFuture<String> future = new CompletableFuture<>();
				future.cancel(false);
				return scope.await(future);
			}, (reason) -> "fallback"));
	}

	/** Interrupt and callback come together here, and the thread sees either first. */
	@ParameterizedTest
	@EnumSource
	void fallbackRunsWhicheverComesFirst(OnThread kind) throws Exception {
		for (int i = 0; i < 200; i++) {
			try (OtherThread other = kind.other()) {
				CompletableFuture<String> future = new CompletableFuture<>();
				var outcome = other.start(() -> this.scopes.callOrElse(A_SECOND, (scope) -> {
					cancelWith(scope, future);
					other.arrive();
					return scope.await(future);
				}, (reason) -> "fallback"));
				other.awaitBlocked();

				this.time.advance(seconds(1));

				assertThat(outcome.value()).isEqualTo("fallback");
				assertThat(outcome.flag()).isFalse();
			}
		}
	}

}
