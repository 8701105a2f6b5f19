package io.cancelscope.spring.future;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;

/**
 * What the caller gets in place of the stage that the method returned. Three can end it:
 * the stage, the scope, and the caller. One compare-and-set decides; the winner closes
 * the scope before anybody sees the result.
 * <p>
 * The method's own stage is left alone, so that its actions run: see
 * {@link CompletionStages} for what is stopped all the same.
 * <p>
 * Order: the result is news, so it is not completed before all stops have begun. A stage
 * that ends in a cancelled scope, because of a stop for example, completes nothing: the
 * news does, which comes for certain, as nobody else closes the scope.
 */
final class ScopedFuture<T> {

	private final CompletableFuture<T> result;

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

	/**
	 * Creates one that has not begun.
	 * @param result what the caller gets, {@code null} for one of our own
	 */
	ScopedFuture(ScopedCall call, OpenScope scope, CancelScope around, CompletionStage<T> stage,
			LateResults lateResults, @Nullable CompletableFuture<T> result) {
		this.call = call;
		this.scope = scope;
		this.around = around;
		this.stage = stage;
		this.lateResults = lateResults;
		this.result = (result != null) ? result : new Result<>(this::cancelledByCaller);
	}

	CompletableFuture<T> start() {
		this.stage.whenComplete(this::completed);
		if (!this.over.get()) {
			this.outlives = !(this.stage instanceof PolledStage<?>);
			this.result.whenComplete(this::endedByCaller);
			CancelScope.Stop stop = (this.stage instanceof PolledStage<?> polled)
					? (this.call.interrupts() ? polled::cancelFuture : null) : CompletionStages.stopOf(this.stage);
			CancelScope.Registration stopping = (stop != null) ? this.scope.onCancel(stop) : null;
			CancelScope.Registration news = this.scope.afterCancel((reason) -> cancelled());
			if (this.over.get()) {
				// Race: completed() came before the registrations. A closed scope hands
				// them to the next one above.
				news.unregister();
				if (stopping != null) {
					stopping.unregister();
				}
			}
		}
		return this.result;
	}

	private void completed(@Nullable T value, @Nullable Throwable error) {
		boolean stopped = this.stage instanceof PolledStage<?> && error instanceof CancellationException;
		if ((this.outlives || stopped) && this.scope.isCancelled()) {
			// A deadline counts from its instant, whether or not its news have come.
			if (error == null) {
				this.lateResults.discard(value, this.scope);
			}
		}
		else if (!this.over.compareAndSet(false, true)) {
			if (error == null) {
				this.lateResults.discard(value, this.scope);
			}
		}
		else if (error != null) {
			fail(error);
		}
		else if (this.call.checksOnExit() && this.scope.isCancelled()) {
			fail(this.scope.exception());
			this.lateResults.discard(value, this.scope);
		}
		else {
			// A result that is there on return is kept, unless it is to be checked.
			this.call.complete(this.scope);
			if (!this.result.complete(value)) {
				this.lateResults.discard(value, this.scope);
			}
		}
	}

	/** The stops have begun. */
	private void cancelled() {
		PolledStage<?> polled = (this.stage instanceof PolledStage<?> stage) ? stage : null;
		if (polled != null) {
			// What is there by now is kept.
			polled.look();
		}
		if (this.over.compareAndSet(false, true)) {
			fail(this.scope.exception());
			if (polled != null) {
				this.lateResults.watch(polled, this.scope);
			}
		}
	}

	/** Cancels the scope first: what waits for the result runs after the stops. */
	private void cancelledByCaller() {
		if (this.over.compareAndSet(false, true)) {
			endScope("its result was cancelled", null);
		}
	}

	/** By a timeout of its own, most likely. */
	private void endedByCaller(@Nullable T value, @Nullable Throwable error) {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		if (this.result.isCancelled()) {
			endScope("its result was cancelled", null);
		}
		else {
			endScope("its result was completed by a caller", error);
		}
	}

	private void endScope(String message, @Nullable Throwable cause) {
		try {
			this.scope.cancel(message, cause);
		}
		finally {
			this.scope.close();
			if (this.stage instanceof PolledStage<?> polled) {
				polled.cancelFuture();
				this.lateResults.watch(polled, this.scope);
			}
		}
	}

	private void fail(Throwable error) {
		try {
			Throwable thrown = CompletionStages.unwrap(error);
			Throwable failure = this.call.fail(this.scope, thrown);
			if (this.call.hasFallback(this.scope, failure)) {
				fallback();
			}
			else {
				this.result.completeExceptionally((failure != thrown) ? failure : error);
			}
		}
		catch (Throwable ex) {
			// Foreign code on the way: a listener, say. Whoever waits is not to wait on.
			this.result.completeExceptionally(ex);
		}
	}

	@SuppressWarnings("unchecked") // checked against the method's type at start-up
	private void fallback() throws Throwable {
		Object other = this.call.fallback(this.scope, this.around);
		if (other instanceof CompletionStage<?> stage) {
			((CompletionStage<T>) stage).whenComplete(this::completeAsTheOther);
		}
		else if (other instanceof Future<?> future) {
			PolledStage<T> polled = new PolledStage<>((Future<T>) future);
			polled.whenComplete(this::completeAsTheOther);
			this.lateResults.follow(polled);
		}
		else {
			this.result.complete(null);
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

	/**
	 * What the caller has: cancelling it cancels the scope before anybody hears of it.
	 */
	static final class Result<T> extends CompletableFuture<T> {

		private final Runnable cancelling;

		Result(Runnable cancelling) {
			this.cancelling = cancelling;
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			try {
				if (!isDone()) {
					this.cancelling.run();
				}
			}
			finally {
				super.cancel(mayInterruptIfRunning);
			}
			return isCancelled();
		}

	}

}
