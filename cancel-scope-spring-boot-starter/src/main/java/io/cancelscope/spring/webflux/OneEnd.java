package io.cancelscope.spring.webflux;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.util.context.Context;

/**
 * Lets no cancellation through to a write that has ended. Spring WebFlux releases the
 * buffer of a write that fails, and releases it again if it is cancelled afterwards. By
 * then the buffer may be that of another response, on another connection, which is never
 * sent.
 * <p>
 * Race: a handler's commit is refused, and the handler is cancelled.
 *
 * <pre>
 *   handler                          whoever waits for its write
 *   commit refused: release
 *   author.fail
 *                                    cancel the handler
 *                                    cancel the write: release again
 * </pre>
 */
final class OneEnd extends MonoOperator<Void, Void> {

	OneEnd(Mono<Void> write) {
		super(write);
	}

	@Override
	public void subscribe(CoreSubscriber<? super Void> actual) {
		this.source.subscribe(new Write(actual));
	}

	private static final class Write implements CoreSubscriber<Void>, Subscription {

		private final CoreSubscriber<? super Void> actual;

		private final AtomicBoolean ended = new AtomicBoolean();

		private @Nullable Subscription write;

		private Write(CoreSubscriber<? super Void> actual) {
			this.actual = actual;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription write) {
			this.write = write;
			this.actual.onSubscribe(this);
		}

		@Override
		public void onNext(Void nothing) {
			// A write has no items.
		}

		@Override
		public void onError(Throwable failure) {
			this.ended.set(true);
			this.actual.onError(failure);
		}

		@Override
		public void onComplete() {
			this.ended.set(true);
			this.actual.onComplete();
		}

		@Override
		public void request(long n) {
			Subscription write = this.write;
			if (write != null) {
				write.request(n);
			}
		}

		@Override
		public void cancel() {
			Subscription write = this.write;
			if (write != null && this.ended.compareAndSet(false, true)) {
				write.cancel();
			}
		}

	}

}
