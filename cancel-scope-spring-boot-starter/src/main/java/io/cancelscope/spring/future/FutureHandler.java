package io.cancelscope.spring.future;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;

/**
 * Handles the calls of methods that declare one type of future.
 */
final class FutureHandler implements ReturnValueAdapter.Handler {

	private final Class<?> returnType;

	private final LateResults lateResults;

	FutureHandler(Class<?> returnType, LateResults lateResults) {
		this.returnType = returnType;
		this.lateResults = lateResults;
	}

	@Override
	public @Nullable Object handle(ScopedCall call) throws Throwable {
		CancelScope around = CancelScope.current();
		OpenScope scope = call.open();
		Object returned;
		try {
			returned = call.proceedIn(scope);
		}
		catch (Throwable ex) {
			Throwable failure = call.fail(scope, ex);
			if (call.hasFallback(scope, failure)) {
				return call.fallback(scope, around);
			}
			throw failure;
		}
		if (returned instanceof CompletionStage<?> stage) {
			return handle(call, scope, around, stage);
		}
		if (this.returnType == Future.class && returned instanceof Future<?> future) {
			return polled(call, scope, around, future);
		}
		// Another kind of Future tells nobody when it is done.
		call.complete(scope);
		return returned;
	}

	private <T> CompletionStage<?> handle(ScopedCall call, OpenScope scope, CancelScope around,
			CompletionStage<T> stage) {
		if (this.returnType.isAssignableFrom(CompletableFuture.class)) {
			return new ScopedFuture<>(call, scope, around, stage, this.lateResults, null).start();
		}
		CompletableFuture<T> own = madeBy(stage);
		return (own != null) ? new ScopedFuture<>(call, scope, around, stage, this.lateResults, own).start()
				: CallerVisibleStage.start(call, scope, stage);
	}

	/** A class that makes its dependent stages makes one for the caller, too. */
	private <T> @Nullable CompletableFuture<T> madeBy(CompletionStage<T> stage) {
		if (stage instanceof CompletableFuture<T> future) {
			try {
				CompletableFuture<T> made = future.newIncompleteFuture();
				return this.returnType.isInstance(made) ? made : null;
			}
			catch (RuntimeException ex) {
				// Ignored: it can't make one, so the caller gets the stage itself.
			}
		}
		return null;
	}

	private <T> Future<T> polled(ScopedCall call, OpenScope scope, CancelScope around, Future<T> future) {
		PolledStage<T> stage = new PolledStage<>(future);
		stage.look();
		CompletableFuture<T> result = new ScopedFuture<>(call, scope, around, stage, this.lateResults, null).start();
		PolledFuture<T> polled = new PolledFuture<>(result, stage, scope);
		AbandonedFutureCleaner.watch(polled, result, stage, scope);
		return polled;
	}

	@Override
	public @Nullable Object continueElsewhere(ScopedCall call, OpenScope scope) throws Throwable {
		Object returned = call.proceedIn(scope);
		if (returned instanceof CompletionStage<?> stage) {
			return new WorkersFuture<>(scope, stage, this.lateResults).start();
		}
		if (returned instanceof Future<?> future && !future.isDone()) {
			return askedByWorker(scope, future);
		}
		return returned;
	}

	private <T> Future<T> askedByWorker(OpenScope scope, Future<T> future) {
		PolledStage<T> stage = new PolledStage<>(future);
		return new PolledFuture<>(new WorkersFuture<>(scope, stage, this.lateResults).start(), stage, scope);
	}

	@Override
	public boolean followsFallback(Class<?> type) {
		return this.returnType != Future.class || type == Future.class || CompletionStage.class.isAssignableFrom(type);
	}

}
