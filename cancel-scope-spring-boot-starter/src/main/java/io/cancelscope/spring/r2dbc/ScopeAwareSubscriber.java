package io.cancelscope.spring.r2dbc;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.r2dbc.spi.Result;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Stands between the driver and a subscriber, who may leave earlier than the driver ends.
 * <p>
 * Race: the driver's thread has an item, while another thread fails the subscriber. The
 * items are counted in and out: the failure comes after the item, on the driver's thread,
 * or no item comes after it.
 *
 * @param <T> the type of the items
 */
final class ScopeAwareSubscriber<T> implements CoreSubscriber<T>, Subscription {

	private final StatementExecution execution;

	/** Null for what is read for nobody. */
	private final @Nullable CoreSubscriber<? super T> actual;

	/** Whether the items are results, and no rows or counts. */
	private final boolean ofResults;

	private final AtomicBoolean gone = new AtomicBoolean();

	private final AtomicInteger inside = new AtomicInteger();

	private volatile @Nullable Throwable failure;

	private volatile @Nullable Subscription upstream;

	ScopeAwareSubscriber(StatementExecution execution, @Nullable CoreSubscriber<? super T> actual, boolean ofResults) {
		this.execution = execution;
		this.actual = actual;
		this.ofResults = ofResults;
		if (actual == null) {
			this.gone.set(true);
		}
	}

	static <T> ScopeAwareSubscriber<T> draining(StatementExecution execution) {
		return new ScopeAwareSubscriber<>(execution, null, false);
	}

	boolean isOfResults() {
		return this.ofResults;
	}

	boolean isGone() {
		return this.gone.get();
	}

	@Override
	public Context currentContext() {
		return (this.actual != null) ? this.actual.currentContext() : Context.empty();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.upstream = subscription;
		if (this.actual != null) {
			this.actual.onSubscribe(this);
		}
		else {
			subscription.request(Long.MAX_VALUE);
		}
	}

	@Override
	@SuppressWarnings("unchecked") // a proxy has the types of what is behind it
	public void onNext(T item) {
		if (this.ofResults) {
			ScopeAwareResult result = new ScopeAwareResult((Result) item, this.execution);
			this.execution.handedOn(result);
			// Race: the subscriber leaves and the connection is closed, while this thread
			// hands the result on. Whoever takes it first reads it.
			if (!emit((T) result.proxy()) || this.execution.isAbandoned()) {
				this.execution.taken(result);
				this.execution.discard(result);
			}
		}
		else if (item == ScopeAwareResult.DISCARDED || !emit(item)) {
			Operators.onDiscard(item, currentContext());
		}
	}

	private boolean emit(T item) {
		CoreSubscriber<? super T> actual = this.actual;
		if (actual == null || isGone() || !this.inside.compareAndSet(0, 1)) {
			return false;
		}
		if (!this.ofResults) {
			this.execution.delivered();
		}
		actual.onNext(item);
		if (this.inside.decrementAndGet() != 0) {
			end(actual);
		}
		return true;
	}

	@Override
	public void onError(Throwable thrown) {
		this.execution.closed(this, false);
		fail(Failures.of(this.execution.scope(), thrown));
	}

	@Override
	public void onComplete() {
		this.execution.closed(this, !this.ofResults && !isGone());
		fail(null);
	}

	/**
	 * Ends the subscriber, unless it has ended or left.
	 * @param thrown the failure, or {@code null} to complete
	 * @return whether this call has ended it
	 */
	boolean fail(@Nullable Throwable thrown) {
		if (this.actual == null || !this.gone.compareAndSet(false, true)) {
			return false;
		}
		this.failure = thrown;
		if (this.inside.getAndIncrement() == 0) {
			end(this.actual);
		}
		return true;
	}

	private void end(CoreSubscriber<? super T> actual) {
		Throwable failure = this.failure;
		if (failure != null) {
			actual.onError(failure);
		}
		else {
			actual.onComplete();
		}
	}

	/** Reads the rest for nobody. */
	void drain() {
		Subscription upstream = this.upstream;
		if (isGone() && upstream != null) {
			upstream.request(Long.MAX_VALUE);
		}
	}

	@Override
	public void request(long count) {
		Subscription upstream = this.upstream;
		if (upstream != null) {
			upstream.request(count);
		}
	}

	/** Called by the subscriber. The driver goes on until the database has answered. */
	@Override
	public void cancel() {
		if (this.gone.compareAndSet(false, true)) {
			this.execution.leave();
			drain();
		}
	}

}
