package io.cancelscope.spring.future;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * What the caller gets in place of a plain future: whoever asks looks whether the one of
 * the method is done, and so ends the scope. Nothing of ours holds this object, so that
 * its collection shows that nobody is left to ask.
 */
final class PolledFuture<T> implements Future<T> {

	private final CompletableFuture<T> result;

	private final PolledStage<T> stage;

	/** Null once the result is known to be there. */
	private volatile @Nullable CancelScope scope;

	PolledFuture(CompletableFuture<T> result, PolledStage<T> stage, CancelScope scope) {
		this.result = result;
		this.stage = stage;
		this.scope = scope;
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		if (look()) {
			return false;
		}
		this.stage.mayInterrupt(mayInterruptIfRunning);
		boolean cancelled = this.result.cancel(mayInterruptIfRunning);
		look();
		return cancelled;
	}

	@Override
	public boolean isCancelled() {
		return look() && this.result.isCancelled();
	}

	@Override
	public boolean isDone() {
		return look();
	}

	@Override
	public T get() throws InterruptedException, ExecutionException {
		if (!look()) {
			await(false, 0);
			look();
		}
		return this.result.get();
	}

	@Override
	public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		long start = System.nanoTime();
		long nanos = unit.toNanos(timeout);
		if (!look()) {
			await(true, nanos);
			look();
		}
		return this.result.get(Math.max(0, nanos - (System.nanoTime() - start)), TimeUnit.NANOSECONDS);
	}

	private boolean look() {
		this.stage.look();
		if (!this.result.isDone()) {
			return false;
		}
		this.scope = null;
		return true;
	}

	/**
	 * Waits for the future of the method. A cancelled scope interrupts the wait: the
	 * future may take no notice of having been cancelled.
	 */
	private void await(boolean timed, long nanos) throws InterruptedException {
		CancelScope scope = this.scope;
		if (scope == null || this.stage.isDone()) {
			return;
		}
		try {
			scope.<Boolean, InterruptedException>interruptibly((cancellable) -> {
				awaitFuture(timed, nanos);
				return Boolean.TRUE;
			});
		}
		catch (RuntimeException ex) {
			if (!scope.isCancelled()) {
				throw ex;
			}
		}
	}

	/** Its outcome is none of the wait's business, and no interruption of it. */
	private void awaitFuture(boolean timed, long nanos) throws InterruptedException {
		try {
			if (timed) {
				this.stage.future().get(nanos, TimeUnit.NANOSECONDS);
			}
			else {
				this.stage.future().get();
			}
		}
		catch (ExecutionException | CancellationException | TimeoutException ex) {
			// The result tells.
		}
	}

	@Override
	public String toString() {
		return "PolledFuture[" + this.stage.future() + "]";
	}

}
