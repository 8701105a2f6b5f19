package io.cancelscope.spring.r2dbc;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * What drivers return, with a subscription that is watched over.
 */
final class ScopeAwarePublisher {

	private ScopeAwarePublisher() {
	}

	/** Returns a publisher of the same kind as the driver's. */
	@SuppressWarnings("unchecked") // the items pass as they are, or in front of them
									// their proxies
	static <T> Publisher<T> of(Publisher<T> source, Subscribing subscribing) {
		Publisher<Object> items = (Publisher<Object>) source;
		return (Publisher<T>) ((source instanceof Mono<?>) ? new WatchedMono(items, subscribing)
				: new WatchedFlux(items, subscribing));
	}

	/** Subscribes with nothing in between, as operators do. */
	static void pass(Publisher<Object> source, CoreSubscriber<? super Object> actual) {
		if (source instanceof CorePublisher<Object> core) {
			core.subscribe(actual);
		}
		else {
			source.subscribe(actual);
		}
	}

	/** Waits before it subscribes, but not longer than the scope lasts. */
	static void after(Mono<Void> ready, @Nullable CancelScope scope, Publisher<Object> then,
			CoreSubscriber<? super Object> actual) {
		Mono<Void> wait = (scope != null) ? Mono.firstWithSignal(ready, cancellation(scope)) : ready;
		wait.thenMany(then).subscribe(actual);
	}

	private static Mono<Void> cancellation(CancelScope scope) {
		return Mono.create((sink) -> {
			CancelScope.Registration registration = scope.afterCancel((reason) -> sink.error(scope.exception()));
			sink.onDispose(registration::unregister);
		});
	}

	static void fail(CoreSubscriber<?> actual, Throwable failure) {
		Operators.error(actual, failure);
	}

	/** What happens on subscription. */
	@FunctionalInterface
	interface Subscribing {

		void subscribe(Publisher<Object> source, CoreSubscriber<? super Object> actual, Publisher<Object> self);

	}

	private static final class WatchedFlux extends Flux<Object> {

		private final Publisher<Object> source;

		private final Subscribing subscribing;

		private WatchedFlux(Publisher<Object> source, Subscribing subscribing) {
			this.source = source;
			this.subscribing = subscribing;
		}

		@Override
		public void subscribe(CoreSubscriber<? super Object> actual) {
			this.subscribing.subscribe(this.source, actual, this);
		}

	}

	private static final class WatchedMono extends Mono<Object> {

		private final Publisher<Object> source;

		private final Subscribing subscribing;

		private WatchedMono(Publisher<Object> source, Subscribing subscribing) {
			this.source = source;
			this.subscribing = subscribing;
		}

		@Override
		public void subscribe(CoreSubscriber<? super Object> actual) {
			this.subscribing.subscribe(this.source, actual, this);
		}

	}

}
