package io.cancelscope;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * An operation that goes on after its call has returned, and how it begins and ends.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class CallAsyncTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final CompletableFuture<String> stage = new CompletableFuture<>();

	/** That of the operation. */
	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	@Test
	void valueOfTheStageIsThatOfTheFuture() {
		CompletableFuture<String> future = call(ScopeOptions.timeout(seconds(1)));
		assertThat(future).isNotDone();

		this.stage.complete("value");

		assertThat(future).isCompletedWithValue("value");
		assertThat(this.scope.get().isCancelled()).isFalse();
		assertThat(this.scope.get().details().closed()).isTrue();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void stageThatIsDoneAtOnceClosesTheScopeBeforeTheCallReturns() {
		this.stage.complete(null);

		CompletableFuture<String> future = call(ScopeOptions.timeout(seconds(1)));

		assertThat(future).isCompletedWithValue(null);
		assertThat(this.scope.get().details().closed()).isTrue();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void failureOfTheStageIsThatOfTheFutureUnchanged() {
		IOException failure = new IOException("no such airport");
		CompletableFuture<String> future = call(ScopeOptions.none());

		this.stage.completeExceptionally(failure);

		assertThat(catchThrowable(future::get)).isInstanceOf(ExecutionException.class).hasCause(failure);
		assertThat(this.scope.get().reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

	@Test
	void failureOfADerivedStageIsUnwrapped() {
		IllegalStateException failure = new IllegalStateException("no such airport");
		CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.none(),
				(inside) -> this.stage.thenApply((value) -> {
					throw failure;
				}));

		this.stage.complete("value");

		assertThat(catchThrowable(future::get)).isInstanceOf(ExecutionException.class).hasCause(failure);
		assertThat(catchThrowable(future::join)).isInstanceOf(CompletionException.class).hasCause(failure);
	}

	@Test
	void failureStopsWhatRunsBelowBeforeTheFutureFails() {
		CompletableFuture<String> future = call(ScopeOptions.none());
		OpenScope below = Scopes.openIn(this.scope.get(), this.scopes, ScopeOptions.none());
		below.onCancel(() -> this.trail.add("stopped, future done: " + future.isDone()));
		future.whenComplete((value, failure) -> this.trail.add(failure.getMessage()));

		this.stage.completeExceptionally(new IllegalStateException("no such airport"));

		assertThat(this.trail.words()).containsExactly("stopped, future done: false", "no such airport");
		below.close();
	}

	@Test
	void failureThatCancelsNoScopeFailsTheFutureAllTheSame() {
		CompletableFuture<String> future = call(ScopeOptions.none().cancelOnException(false));

		this.stage.completeExceptionally(new IllegalStateException("no such airport"));

		assertThat(catchThrowable(future::join)).hasRootCauseMessage("no such airport");
		assertThat(this.scope.get().isCancelled()).isFalse();
		assertThat(this.scope.get().details().closed()).isTrue();
	}

	@Test
	void hostilePredicateDoesNotLeaveTheFutureOpen() {
		for (Sneaky what : Sneaky.values()) {
			CompletableFuture<String> failed = new CompletableFuture<>();
			CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.none().cancelOnException((ex) -> {
				throw what.raise();
			}), (inside) -> failed);

			failed.completeExceptionally(new IllegalStateException("no such airport"));

			assertThat(catchThrowable(future::join)).hasRootCauseMessage("no such airport");
		}
	}

	@Test
	void operationRunsInTheScopeAndLeavesTheThreadAsItWas() {
		try (OpenScope around = this.scopes.open(ScopeOptions.named("around"))) {
			CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.named("async"), (inside) -> {
				this.trail.add(CancelScope.current().name() + (inside == CancelScope.current()));
				return this.stage;
			});

			assertThat(this.trail.words()).containsExactly("asynctrue");
			assertThat(CancelScope.current()).isSameAs(around);
			future.thenRun(() -> this.trail.add(CancelScope.current().name()));
			this.stage.complete("value");
			assertThat(this.trail.words()).containsExactly("asynctrue", "around");
		}
	}

	@Test
	void nullInsteadOfAStageIsToldWithTheName() {
		CancelScope.Operation<CompletionStage<String>, RuntimeException> nothing = (inside) -> {
			this.scope.set(inside);
			return null;
		};

		assertThatNullPointerException()
			.isThrownBy(() -> this.scopes.callAsync(ScopeOptions.named("quotes").withTimeout(seconds(1)), nothing))
			.withMessage("The operation of scope 'quotes' returned null instead of a CompletionStage");
		assertThat(this.scope.get().details().closed()).isTrue();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void exceptionBeforeThereIsAStageIsThrownAndClosesTheScope() {
		for (Sneaky what : Sneaky.values()) {
			Throwable made = what.make();

			Throwable thrown = catchThrowable(() -> this.scopes
				.<String, RuntimeException>callAsync(ScopeOptions.timeout(seconds(1)), (inside) -> {
					this.scope.set(inside);
					throw Sneaky.raise(made);
				}));

			assertThat(thrown).isSameAs(made);
			assertThat(this.scope.get().reason().orElseThrow().cause()).isSameAs(made);
			assertThat(this.scope.get().details().closed()).isTrue();
			assertThat(CancelScope.current()).isSameAs(RootScope.INSTANCE);
		}
	}

	@Test
	void checkedExceptionIsDeclaredByTheCall() {
		try {
			this.scopes.<String, IOException>callAsync(ScopeOptions.none(), (inside) -> {
				throw new IOException("declared");
			});
		}
		catch (IOException ex) {
			this.trail.add(ex.getMessage());
		}

		assertThat(this.trail.words()).containsExactly("declared");
	}

	@Test
	void stageThatTakesNoOneWhoWaitsLeavesNothingOpen() {
		CompletableFuture<String> hostile = new CompletableFuture<>() {
			@Override
			public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
				throw new UnsupportedOperationException("not this one");
			}
		};

		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.scopes.callAsync(ScopeOptions.timeout(seconds(1)), (inside) -> {
				this.scope.set(inside);
				return hostile;
			}));

		assertThat(this.scope.get().details().closed()).isTrue();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void scopeLeftOpenByTheOperationIsClosedAndSaid() {
		Throwable thrown = catchThrowable(() -> this.scopes.callAsync(ScopeOptions.named("async"), (inside) -> {
			this.scope.set(this.scopes.open(ScopeOptions.named("left open")));
			return this.stage;
		}));

		assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessageContaining("'left open'");
		assertThat(this.scope.get().isCancelled()).isTrue();
		assertThat(CancelScope.current()).isSameAs(RootScope.INSTANCE);
	}

	@Test
	void checkOnEnterThrowsBeforeTheOperationBegins() {
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> call(ScopeOptions.timeout(seconds(0)).checkOnEnter()));

		assertThat(this.scope.get()).isNull();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void operationBeginsInACancelledScopeAndItsFutureHasFailed() {
		CompletableFuture<String> future = call(ScopeOptions.timeout(seconds(0)));

		assertThat(catchThrowable(future::join)).hasCauseInstanceOf(DeadlineExceededException.class);
		assertThat(this.scope.get().details().closed()).isFalse();
		this.stage.complete("late");
		assertThat(this.scope.get().details().closed()).isTrue();
	}

	@Test
	void nullIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> this.scopes.callAsync(null, (inside) -> this.stage))
			.withMessage("options");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.callAsync(ScopeOptions.none(), null))
			.withMessage("operation");
	}

	private CompletableFuture<String> call(ScopeOptions options) {
		return this.scopes.callAsync(options, (inside) -> {
			this.scope.set(inside);
			return this.stage;
		});
	}

}
