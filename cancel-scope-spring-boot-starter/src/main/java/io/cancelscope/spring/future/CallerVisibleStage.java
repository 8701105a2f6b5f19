package io.cancelscope.spring.future;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a type that we can't make, handed to the caller as it is: its scope lasts
 * until it completes, and a cancelled scope ends it if it can be ended. It is the
 * caller's result, so it is ended when all stops have begun. It has no action of its own
 * that this would skip: dependent stages are of a type that we can make.
 */
final class CallerVisibleStage {

	private final AtomicBoolean over = new AtomicBoolean();

	private final ScopedCall call;

	private final OpenScope scope;

	private final CompletionStage<?> stage;

	private CallerVisibleStage(ScopedCall call, OpenScope scope, CompletionStage<?> stage) {
		this.call = call;
		this.scope = scope;
		this.stage = stage;
	}

	static CompletionStage<?> start(ScopedCall call, OpenScope scope, CompletionStage<?> stage) {
		CallerVisibleStage kept = new CallerVisibleStage(call, scope, stage);
		stage.whenComplete((value, error) -> kept.completed(error));
		if (!kept.over.get()) {
			CancelScope.Registration news = scope.afterCancel((reason) -> kept.cancelled());
			if (kept.over.get()) {
				news.unregister();
			}
		}
		return stage;
	}

	private void completed(@Nullable Throwable error) {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		if (error instanceof CancellationException) {
			this.scope.cancel("its result was cancelled", null);
			this.scope.close();
		}
		else if (error != null) {
			this.call.fail(this.scope, CompletionStages.unwrap(error));
		}
		else {
			this.call.complete(this.scope);
		}
	}

	private void cancelled() {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		try {
			RuntimeException exception = this.scope.exception();
			this.call.fail(this.scope, exception);
			if (CompletionStages.isStoppedByItself(this.stage)) {
				CompletionStages.cancel(this.stage);
			}
			if (this.stage instanceof CompletableFuture<?> future) {
				future.completeExceptionally(exception);
			}
			else {
				CompletionStages.cancel(this.stage);
			}
		}
		finally {
			this.scope.close();
		}
	}

}
