package io.cancelscope.spring.future;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * A stage over a future that tells nobody when it is done: it completes when somebody
 * looks.
 */
final class PolledStage<T> extends CompletableFuture<T> {

	private final Future<T> future;

	private volatile boolean mayInterrupt = true;

	PolledStage(Future<T> future) {
		this.future = future;
	}

	/** The future of the method. */
	Future<T> future() {
		return this.future;
	}

	/** Completes if the future is done. */
	void look() {
		boolean interrupted = false;
		while (!isDone() && this.future.isDone()) {
			try {
				complete(this.future.get());
			}
			catch (ExecutionException ex) {
				// Wrapped, it isn't taken for this stage's own cancellation.
				Throwable cause = ex.getCause();
				completeExceptionally((cause != null) ? new CompletionException(cause) : ex);
			}
			catch (CancellationException ex) {
				completeExceptionally(ex);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/** What the caller said about the thread that works for the future. */
	void mayInterrupt(boolean mayInterrupt) {
		this.mayInterrupt = mayInterrupt;
	}

	/** Stops the future. Its value may come all the same, and is too late then. */
	void cancelFuture() {
		this.future.cancel(this.mayInterrupt);
	}

}
