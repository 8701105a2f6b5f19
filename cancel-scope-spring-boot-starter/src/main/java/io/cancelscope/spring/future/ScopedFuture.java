package io.cancelscope.spring.future;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;

/**
 * What the caller gets in place of the stage that the method returned. Three can end it:
 * the stage, the scope, and the caller. One compare-and-set decides; the winner closes
 * the scope before anybody sees the result.
 */
final class ScopedFuture<T> {

	private final CompletableFuture<T> result = new CompletableFuture<>();

	private final AtomicBoolean over = new AtomicBoolean();

	private final ScopedCall call;

	private final OpenScope scope;

	private final CancelScope around;

	private final CompletionStage<T> stage;

	private final LateResults lateResults;

	/**
	 * Whether the stage was incomplete when the method returned, and tells when it
	 * completes. Who has to be asked may have had the value for long.
	 */
	private volatile boolean outlives;

	ScopedFuture(ScopedCall call, OpenScope scope, CancelScope around, CompletionStage<T> stage,
			LateResults lateResults) {
		this.call = call;
		this.scope = scope;
		this.around = around;
		this.stage = stage;
		this.lateResults = lateResults;
	}

	CompletableFuture<T> start() {
		this.stage.whenComplete(this::completed);
		if (!this.over.get()) {
			this.outlives = !(this.stage instanceof AskedStage<?>);
			this.result.whenComplete(this::endedByCaller);
			CancelScope.Registration registration = this.scope.onCancel(this::cancelled);
			if (this.over.get()) {
				// Guards against completed() before the registration: a closed scope
				// hands it to the next one above.
				registration.unregister();
			}
		}
		return this.result;
	}

	private void completed(@Nullable T value, @Nullable Throwable error) {
		// A result that is there on return is kept like any late value. Later on a
		// deadline counts from its instant, whether or not its callback has run.
		boolean late = error == null && (this.outlives || this.call.checksOnExit()) && this.scope.isCancelled();
		if (!this.over.compareAndSet(false, true)) {
			this.lateResults.discard(value, this.scope);
		}
		else if (late) {
			this.lateResults.discard(value, this.scope);
			fail(this.scope.exception());
		}
		else if (error != null) {
			fail(error);
		}
		else {
			this.scope.close();
			if (!this.result.complete(value)) {
				this.lateResults.discard(value, this.scope);
			}
		}
	}

	private void cancelled() {
		if (this.stage instanceof AskedStage<?> asked) {
			// What is there by now is kept.
			asked.look();
		}
		if (this.over.compareAndSet(false, true)) {
			try {
				Stages.cancel(this.stage);
			}
			finally {
				fail(this.scope.exception());
			}
		}
	}

	/** By cancelling it, most likely; or by a timeout of its own. */
	private void endedByCaller(@Nullable T value, @Nullable Throwable error) {
		if (this.over.compareAndSet(false, true)) {
			try {
				this.scope.cancel(
						this.result.isCancelled() ? "its result was cancelled"
								: "its result was completed by the one who waited for it",
						this.result.isCancelled() ? null : error);
			}
			finally {
				this.scope.close();
				Stages.cancel(this.stage);
			}
		}
	}

	private void fail(Throwable error) {
		Throwable thrown = Stages.unwrap(error);
		Throwable failure = this.call.fail(this.scope, thrown);
		if (this.call.hasStandIn(this.scope, failure)) {
			standIn();
		}
		else {
			this.result.completeExceptionally((failure != thrown) ? failure : error);
		}
	}

	@SuppressWarnings("unchecked") // checked against the method's type at start-up
	private void standIn() {
		try {
			Object other = this.call.standIn(this.scope, this.around);
			if (other instanceof CompletionStage<?> stage) {
				((CompletionStage<T>) stage).whenComplete(this::completeAsTheOther);
			}
			else if (other == null) {
				this.result.complete(null);
			}
			else {
				throw new IllegalStateException("The fallback returned a " + other.getClass().getName()
						+ ", which nobody can follow; let it return a CompletableFuture.");
			}
		}
		catch (Throwable ex) {
			this.result.completeExceptionally(ex);
		}
	}

	private void completeAsTheOther(@Nullable T value, @Nullable Throwable error) {
		if (error != null) {
			this.result.completeExceptionally(error);
		}
		else {
			this.result.complete(value);
		}
	}

}
