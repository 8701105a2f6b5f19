package io.cancelscope.spring.httpclient;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Passes on what one call of Reactor Netty returns, and takes a cancellation to the event
 * loop. Whatever is first counts: the answer, a failure, or the cancellation.
 *
 * @param <T> the type of the answer
 */
class EventLoopSubscriber<T> implements CoreSubscriber<T>, Subscription {

	private final CoreSubscriber<? super T> downstream;

	private final EventLoopCancel cancel;

	private final Consumer<? super T> unwanted;

	private final Context context;

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile Subscription upstream = Operators.emptySubscription();

	/**
	 * Creates one.
	 * @param downstream gets the answer
	 * @param cancel where the call is cancelled
	 * @param unwanted gets an answer that comes after the cancellation
	 */
	EventLoopSubscriber(CoreSubscriber<? super T> downstream, EventLoopCancel cancel, Consumer<? super T> unwanted) {
		this.downstream = downstream;
		this.cancel = cancel;
		this.unwanted = unwanted;
		this.context = downstream.currentContext().put(EventLoopCancel.KEY, cancel);
	}

	/** The same for a {@code Mono} that nothing else is to be done with. */
	static <T> Mono<T> over(Mono<T> source, EventLoopCancel cancel, Consumer<? super T> unwanted) {
		return new MonoOperator<>(source) {

			@Override
			public void subscribe(CoreSubscriber<? super T> downstream) {
				this.source.subscribe(new EventLoopSubscriber<>(downstream, cancel, unwanted));
			}

		};
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.upstream = subscription;
		this.downstream.onSubscribe(this);
	}

	@Override
	public void request(long count) {
		this.upstream.request(count);
	}

	@Override
	public void onNext(T answer) {
		if (ends()) {
			this.downstream.onNext(answer);
			this.downstream.onComplete();
		}
		else {
			this.unwanted.accept(answer);
		}
	}

	@Override
	public void onError(Throwable failure) {
		if (ends()) {
			this.downstream.onError(failure);
		}
	}

	@Override
	public void onComplete() {
		if (ends()) {
			this.downstream.onComplete();
		}
	}

	/** Also after the answer: a connector may listen until its body has been read. */
	@Override
	public void cancel() {
		ends();
		cancelUpstream();
	}

	/** Cancels the call and tells downstream, unless the call is over already. */
	void fail(Throwable failure) {
		if (ends()) {
			cancelUpstream();
			this.downstream.onError(failure);
		}
	}

	private boolean ends() {
		return this.over.compareAndSet(false, true);
	}

	private void cancelUpstream() {
		this.cancel.cancel(() -> this.upstream.cancel());
	}

}
