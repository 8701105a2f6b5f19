package io.cancelscope.spring.future;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * What the worker of an {@code @Async} method waits for in place of the future that the
 * method returned there: the wait ends with the scope. The scope itself, and what the
 * caller gets, belong to the {@link ScopedFuture} around the whole call.
 */
final class WorkersFuture<T> {

	private final CompletableFuture<T> result = new CompletableFuture<>();

	private final AtomicBoolean over = new AtomicBoolean();

	private final OpenScope scope;

	private final CompletionStage<T> stage;

	private final LateResults lateResults;

	WorkersFuture(OpenScope scope, CompletionStage<T> stage, LateResults lateResults) {
		this.scope = scope;
		this.stage = stage;
		this.lateResults = lateResults;
	}

	CompletableFuture<T> start() {
		this.stage.whenComplete(this::completed);
		if (!this.over.get()) {
			CancelScope.Stop stop = CompletionStages.stopOf(this.stage);
			CancelScope.Registration stopping = (stop != null) ? this.scope.onCancel(stop) : null;
			CancelScope.Registration news = this.scope.afterCancel((reason) -> cancelled());
			this.result.whenComplete((value, error) -> {
				news.unregister();
				if (stopping != null) {
					stopping.unregister();
				}
			});
		}
		return this.result;
	}

	/** Whether a value is too late, the future around decides. */
	private void completed(@Nullable T value, @Nullable Throwable error) {
		if (!this.over.compareAndSet(false, true)) {
			if (error == null) {
				this.lateResults.discard(value, this.scope);
			}
		}
		else if (error != null) {
			this.result.completeExceptionally(CompletionStages.unwrap(error));
		}
		else {
			this.result.complete(value);
		}
	}

	private void cancelled() {
		if (this.stage instanceof PolledStage<?> polled) {
			polled.look();
		}
		if (this.over.compareAndSet(false, true)) {
			this.result.completeExceptionally(this.scope.exception());
			if (this.stage instanceof PolledStage<?> polled) {
				this.lateResults.watch(polled, this.scope);
			}
		}
	}

}
