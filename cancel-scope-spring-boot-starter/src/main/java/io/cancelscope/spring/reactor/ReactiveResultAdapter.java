package io.cancelscope.spring.reactor;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopedCall;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * Ties scopes to reactive types: {@code Mono}, {@code Flux}, and what the
 * {@link ReactiveAdapterRegistry} can turn into them. The method itself, which only
 * assembles, runs without a scope; each subscription opens one.
 */
final class ReactiveResultAdapter implements ReturnValueAdapter {

	@Override
	public @Nullable Handler handlerFor(Class<?> returnType) {
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(returnType);
		// Futures, which the registry knows too, are at work already when they are seen.
		return (adapter != null && adapter.getDescriptor().isDeferred()) ? (call) -> handle(call, adapter) : null;
	}

	private static @Nullable Object handle(ScopedCall call, ReactiveAdapter adapter) throws Throwable {
		CancelScope caller = CancelScope.current();
		Object returned = call.proceed();
		if (returned == null) {
			return null;
		}
		Publisher<?> source = adapter.toPublisher(returned);
		return adapter.fromPublisher(adapter.isMultiValue() ? bound(call, caller, Flux.from(source), adapter)
				: bound(call, caller, Mono.from(source), adapter));
	}

	// Written twice, because Flux and Mono have no type in common that has these
	// operators. A Mono that was made a Flux and back would cancel its source after the
	// value, which looks like a subscriber that has left.

	private static <T> Flux<T> bound(ScopedCall call, CancelScope caller, Flux<T> source, ReactiveAdapter adapter) {
		return Flux.deferContextual((context) -> {
			Subscribed subscribed = Subscribed.open(call, caller, context);
			if (subscribed.isOverBeforeItBegan()) {
				return Flux.from(subscribed.failed(subscribed.exception(), adapter));
			}
			return source.contextWrite(subscribed::writeTo)
				.doOnSubscribe(subscribed::upstream)
				.doOnTerminate(subscribed::upstreamEnded)
				.filter((value) -> subscribed.isWaitedFor())
				.takeUntilOther(subscribed.cancellation())
				// An end in the middle of the subscription would overtake it, and get
				// lost.
				.delaySubscription(Mono.empty())
				.doOnComplete(subscribed::completed)
				.onErrorResume((thrown) -> Flux.from(subscribed.failed(thrown, adapter)))
				.doFinally(subscribed::over);
		});
	}

	private static <T> Mono<T> bound(ScopedCall call, CancelScope caller, Mono<T> source, ReactiveAdapter adapter) {
		return Mono.deferContextual((context) -> {
			Subscribed subscribed = Subscribed.open(call, caller, context);
			if (subscribed.isOverBeforeItBegan()) {
				return Mono.from(subscribed.failed(subscribed.exception(), adapter));
			}
			return source.contextWrite(subscribed::writeTo)
				.doOnSubscribe(subscribed::upstream)
				.doOnTerminate(subscribed::upstreamEnded)
				.filter((value) -> subscribed.isWaitedFor())
				.takeUntilOther(subscribed.cancellation())
				// An end in the middle of the subscription would overtake it, and get
				// lost.
				.delaySubscription(Mono.empty())
				.doOnSuccess((value) -> subscribed.completed())
				.onErrorResume((thrown) -> Mono.from(subscribed.failed(thrown, adapter)))
				.doFinally(subscribed::over);
		});
	}

}
