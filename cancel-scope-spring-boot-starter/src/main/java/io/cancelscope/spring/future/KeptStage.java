package io.cancelscope.spring.future;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a type that we can't make, handed to the caller as it is: its scope lasts
 * until it completes, and a cancelled scope fails it if it can be failed.
 */
final class KeptStage {

	private final ScopedCall call;

	private final OpenScope scope;

	private final CompletionStage<?> stage;

	private KeptStage(ScopedCall call, OpenScope scope, CompletionStage<?> stage) {
		this.call = call;
		this.scope = scope;
		this.stage = stage;
	}

	static CompletionStage<?> start(ScopedCall call, OpenScope scope, CompletionStage<?> stage) {
		KeptStage kept = new KeptStage(call, scope, stage);
		CancelScope.Registration registration = scope.onCancel(kept::stop);
		stage.whenComplete((value, error) -> {
			registration.unregister();
			kept.completed(error);
		});
		return stage;
	}

	private void completed(@Nullable Throwable error) {
		if (error instanceof CancellationException) {
			this.scope.cancel("its result was cancelled", null);
			this.scope.close();
		}
		else if (error != null) {
			this.call.fail(this.scope, Stages.unwrap(error));
		}
		else {
			this.scope.close();
		}
	}

	private void stop() {
		try {
			if (this.stage instanceof CompletableFuture<?> future) {
				future.completeExceptionally(this.scope.exception());
			}
			Stages.cancel(this.stage);
		}
		finally {
			this.scope.close();
		}
	}

}
