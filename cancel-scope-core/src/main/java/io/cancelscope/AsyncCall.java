package io.cancelscope;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * The future of an operation that goes on after its call has returned, in a scope that
 * goes on with it. Its caller's wait ends with the scope, whatever the operation does.
 * <p>
 * Order: what waits for this future is news, so it is not completed before the stops have
 * begun. A stage that ends because of a stop, as one that is cancelled by it does,
 * therefore completes nothing: that is left to the news. Race: the stage ends while the
 * scope is cancelled. Whoever takes the news completes: the scope, or the stage, which
 * takes it back.
 */
final class AsyncCall<T extends @Nullable Object> extends CompletableFuture<T> {

	private final TreeScope scope;

	/** That the scope is cancelled; set before the stage can end. */
	private CancelScope.Registration news = RootScope.NeverRuns.INSTANCE;

	/** The caller has cancelled this future, and that cancels the scope. */
	private volatile boolean cancelledByCaller;

	private AsyncCall(TreeScope scope) {
		this.scope = scope;
	}

	static <T extends @Nullable Object, X extends Exception> CompletableFuture<T> begin(Setup setup,
			ScopeOptions options, CancelScope.Operation<? extends CompletionStage<T>, X> operation) throws X {
		TreeScope scope = Opening.unbound(setup, options);
		try {
			CompletionStage<T> stage = call(scope, operation);
			AsyncCall<T> call = new AsyncCall<>(scope);
			call.news = scope.afterCancel((reason) -> call.scopeCancelled());
			stage.whenComplete(call::ended);
			return call;
		}
		catch (Throwable ex) {
			scope.failed(ex);
			scope.close();
			throw ex;
		}
	}

	private static <T extends @Nullable Object, X extends Exception> CompletionStage<T> call(TreeScope scope,
			CancelScope.Operation<? extends CompletionStage<T>, X> operation) throws X {
		CompletionStage<T> stage = Carrier.carryOperation(scope, operation);
		return Objects.requireNonNull(stage,
				() -> "The operation of scope '" + scope.name() + "' returned null instead of a CompletionStage");
	}

	/** The stops have begun. */
	private void scopeCancelled() {
		if (this.cancelledByCaller) {
			super.cancel(false);
			return;
		}
		RuntimeException exception = this.scope.exception();
		this.scope.failed(exception);
		completeExceptionally(exception);
	}

	private void ended(T value, @Nullable Throwable thrown) {
		Throwable cause = (thrown instanceof CompletionException) ? Foreign.cause(thrown) : null;
		Throwable failure = (cause != null) ? cause : thrown;
		// Closed by somebody else, it tells nobody any more.
		boolean ours = this.scope.isOver() || (!this.scope.isCancelled() && this.news.unregister());
		try {
			close(failure);
		}
		finally {
			if (ours && failure != null) {
				completeExceptionally(failure);
			}
			else if (ours) {
				complete(value);
			}
		}
	}

	/** Closes, whatever the failure makes stop. */
	private void close(@Nullable Throwable failure) {
		try {
			if (failure != null) {
				this.scope.failed(failure);
			}
		}
		finally {
			this.scope.close();
		}
	}

	/**
	 * Cancels the scope, and with it the operation; then this future. Whether threads are
	 * interrupted is a matter of the scope's options.
	 */
	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		if (!isDone()) {
			this.cancelledByCaller = true;
			try {
				this.scope.cancel("the future of the call was cancelled");
			}
			catch (VirtualMachineError ex) {
				super.cancel(mayInterruptIfRunning);
				throw ex;
			}
		}
		return super.cancel(mayInterruptIfRunning);
	}

}
