package io.cancelscope.spring.webflux;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.OneLineLog;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * Makes the scope of a request current while its handler is invoked: on the thread that
 * subscribes, or on the one that brings the last of the body. What a handler returns that
 * knows no Reactor Context, such as a {@code CompletableFuture}, is made there.
 */
final class CurrentScope {

	private static final OneLineLog log = OneLineLog.of(CurrentScope.class);

	private CurrentScope() {
	}

	static Mono<Void> whileSubscribing(Mono<Void> handled, CancelScope scope) {
		return new Subscribing(handled, scope);
	}

	static ServerHttpRequest whileReading(ServerHttpRequest request, CancelScope scope) {
		return new ReadRequest(request, scope);
	}

	/** What handles the result, an error page for example, runs in the scope around. */
	static Mono<Void> leaving(Mono<Void> handled, CancelScope around) {
		return handled.transform(Operators.<Void, Void>lift((scannable, actual) -> new Reading<>(actual, around)));
	}

	private static void run(CancelScope scope, Runnable action) {
		CancelScope.Registration attachment = scope.attach();
		try {
			action.run();
		}
		finally {
			detach(attachment, scope);
		}
	}

	private static void detach(CancelScope.Registration attachment, CancelScope scope) {
		try {
			attachment.close();
		}
		catch (IllegalStateException ex) {
			log.warn("The handler of '" + scope.name() + "' did not close all of its scopes. Open each in a"
					+ " try-with-resources statement, or use CancelScopes.run(…) and call(…)", ex);
		}
	}

	private static final class Subscribing extends MonoOperator<Void, Void> {

		private final CancelScope scope;

		private Subscribing(Mono<Void> source, CancelScope scope) {
			super(source);
			this.scope = scope;
		}

		@Override
		public void subscribe(CoreSubscriber<? super Void> actual) {
			run(this.scope, () -> this.source.subscribe(actual));
		}

	}

	private static final class ReadRequest extends ServerHttpRequestDecorator {

		private final CancelScope scope;

		private ReadRequest(ServerHttpRequest request, CancelScope scope) {
			super(request);
			this.scope = scope;
		}

		@Override
		public Flux<DataBuffer> getBody() {
			return super.getBody().transform(
					Operators.<DataBuffer, DataBuffer>lift((scannable, actual) -> new Reading<>(actual, this.scope)));
		}

	}

	private record Reading<T>(CoreSubscriber<? super T> actual, CancelScope scope) implements CoreSubscriber<T> {

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.actual.onSubscribe(subscription);
		}

		@Override
		public void onNext(T item) {
			run(this.scope, () -> this.actual.onNext(item));
		}

		@Override
		public void onError(Throwable failure) {
			run(this.scope, () -> this.actual.onError(failure));
		}

		@Override
		public void onComplete() {
			run(this.scope, this.actual::onComplete);
		}

	}

}
