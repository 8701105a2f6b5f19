package io.cancelscope;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an asynchronous call fails with, as those hear it who wait for its future, and
 * what the details of its scope say of it.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class CallAsyncFailureTests {

	private final ManualTime time = new ManualTime();

	private final List<ScopeDetails> closed = new ArrayList<>();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.listener(new CancelScopeListener() {

			@Override
			public void closed(CancelScope scope) {
				CallAsyncFailureTests.this.closed.add(scope.details());
			}

		})
		.build();

	private final CompletableFuture<String> stage = new CompletableFuture<>();

	private final List<@Nullable Throwable> heard = new ArrayList<>();

	@Test
	void causeOfACompletionExceptionIsTheFailure() {
		IOException failure = new IOException("no such airport");
		CancelScope[] inside = new CancelScope[1];
		CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.none(), (scope) -> {
			inside[0] = scope;
			return this.stage;
		});
		future.whenComplete((value, thrown) -> this.heard.add(thrown));

		this.stage.completeExceptionally(new CompletionException(failure));

		assertThat(this.heard).containsExactly(failure);
		assertThat(inside[0].reason().orElseThrow().cause()).isSameAs(failure);
	}

	@Test
	void completionExceptionWithoutACauseIsTheFailureItself() {
		CompletionException failure = new CompletionException("no such airport", null);
		CompletableFuture<String> future = call(ScopeOptions.none());
		future.whenComplete((value, thrown) -> this.heard.add(thrown));

		this.stage.completeExceptionally(failure);

		assertThat(this.heard).containsExactly(failure);
	}

	@Test
	void exceptionThatIsNoCompletionExceptionKeepsItsCause() {
		IllegalStateException failure = new IllegalStateException("no such airport", new IOException("disk"));
		CompletableFuture<String> future = call(ScopeOptions.none());
		future.whenComplete((value, thrown) -> this.heard.add(thrown));

		this.stage.completeExceptionally(failure);

		assertThat(this.heard).containsExactly(failure);
	}

	@Test
	void detailsSayWhichCallFailed() {
		call(ScopeOptions.none());
		this.stage.complete("value");
		assertThat(this.closed).singleElement().matches((details) -> !details.failed());
		this.closed.clear();

		CompletableFuture<String> failing = new CompletableFuture<>();
		this.scopes.callAsync(ScopeOptions.none().cancelOnException(false), (scope) -> failing);
		failing.completeExceptionally(new IOException("no such airport"));

		assertThat(this.closed).singleElement().matches(ScopeDetails::failed);
	}

	@Test
	void callThatItsDeadlineStopsHasFailedWhateverTheStageSaysLater() {
		CompletableFuture<String> future = call(ScopeOptions.timeout(SECOND));

		this.time.advance(SECOND);
		this.stage.complete("late");

		assertThat(future).isCompletedExceptionally();
		assertThat(this.closed).singleElement().matches(ScopeDetails::failed);
	}

	@Test
	void callThatItsCallerCancelsHasNotFailed() {
		CompletableFuture<String> future = call(ScopeOptions.none());
		future.whenComplete((value, thrown) -> this.heard.add(thrown));

		future.cancel(false);
		this.stage.complete("late");

		assertThat(this.heard).singleElement().isInstanceOf(CancellationException.class);
		assertThat(this.closed).singleElement().matches((details) -> !details.failed());
	}

	@Test
	void failureEndsTheFutureAlsoIfAStopRunsIntoAnErrorOfTheJvm() {
		IOException failure = new IOException("no such airport");
		CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.none(), (scope) -> {
			scope.onCancel(() -> Sneaky.STACK_OVERFLOW.raise());
			return this.stage;
		});
		future.whenComplete((value, thrown) -> this.heard.add(thrown));

		try (LogTrail log = new LogTrail()) {
			this.stage.completeExceptionally(failure);
			assertThat(log.lines()).hasSize(1);
		}

		assertThat(this.heard).containsExactly(failure);
		assertThat(this.closed).hasSize(1);
	}

	@Test
	void stageEndsTheFutureOfAScopeThatWasClosedBefore() {
		CompletableFuture<String> value = callClosedBefore(this.stage);
		CompletableFuture<String> failing = new CompletableFuture<>();
		CompletableFuture<String> failed = callClosedBefore(failing);

		this.stage.complete("value");
		failing.completeExceptionally(new IOException("no such airport"));

		assertThat(value).isCompletedWithValue("value");
		assertThat(failed).isCompletedExceptionally();
	}

	private CompletableFuture<String> callClosedBefore(CompletableFuture<String> stage) {
		return this.scopes.callAsync(ScopeOptions.none(),
				(scope) -> stage.whenComplete((value, thrown) -> ((OpenScope) scope).close()));
	}

	private CompletableFuture<String> call(ScopeOptions options) {
		return this.scopes.callAsync(options, (scope) -> this.stage);
	}

}
