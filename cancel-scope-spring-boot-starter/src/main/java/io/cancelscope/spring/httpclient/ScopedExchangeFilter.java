package io.cancelscope.spring.httpclient;

import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Ends the calls of a WebClient with their scope, both before and after the headers: the
 * exchange is over when those are there, and the body comes later.
 */
final class ScopedExchangeFilter implements ExchangeFilterFunction {

	private final @Nullable DeadlineHeader header;

	ScopedExchangeFilter(@Nullable DeadlineHeader header) {
		this.header = header;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return Mono.deferContextual((context) -> {
			CancelScope scope = scopeOf(context);
			return (scope instanceof OpenScope) ? exchange(scope, request, next) : next.exchange(request);
		});
	}

	private static CancelScope scopeOf(ContextView context) {
		CancelScope inContext = context.getOrDefault(CancelScope.class.getName(), null);
		return (inContext != null) ? inContext : CancelScope.current();
	}

	private Mono<ClientResponse> exchange(CancelScope scope, ClientRequest request, ExchangeFunction next) {
		scope.check();
		AtomicReference<@Nullable Subscription> exchange = new AtomicReference<>();
		Arrival arrival = new Arrival();
		Mono<ClientResponse> response = next.exchange(tell(scope, request))
			.doOnSubscribe(exchange::set)
			.doOnNext(arrival::arrived);
		// The first to speak cancels the other one.
		return Mono.firstWithSignal(response, cancelled(scope).then(failed(scope)))
			.doOnError((ex) -> arrival.failed())
			.map((taken) -> {
				arrival.taken();
				return taken.mutate().body((body) -> bound(scope, body, exchange.get())).build();
			});
	}

	private static <T> Flux<T> bound(CancelScope scope, Flux<T> body, @Nullable Subscription exchange) {
		Mono<Void> cancelled = cancelled(scope).doOnSuccess((nothing) -> {
			if (exchange != null) {
				// Jetty listens to this one only, as long as there is a body to come.
				exchange.cancel();
			}
		});
		// An error of the other one would not cancel the body; its end does.
		return body.takeUntilOther(cancelled).onErrorMap((ex) -> scope.isCancelled(), (ex) -> {
			RuntimeException own = exceptionOf(scope);
			own.addSuppressed(ex);
			return own;
		}).concatWith(Mono.defer(() -> scope.isCancelled() ? failed(scope) : Mono.empty()));
	}

	/** Ends when the scope is cancelled. */
	private static Mono<Void> cancelled(CancelScope scope) {
		return Mono.create((sink) -> {
			CancelScope.Registration registration = scope.onCancel((reason) -> sink.success());
			sink.onDispose(registration::unregister);
		});
	}

	private static <T> Mono<T> failed(CancelScope scope) {
		return Mono.error(() -> exceptionOf(scope));
	}

	private static RuntimeException exceptionOf(CancelScope scope) {
		try {
			scope.check();
		}
		catch (RuntimeException ex) {
			return ex;
		}
		return new IllegalStateException("This scope is not cancelled: " + scope);
	}

	/** What the application has set itself stays. */
	private ClientRequest tell(CancelScope scope, ClientRequest request) {
		DeadlineHeader header = this.header;
		if (header == null || request.headers().containsHeader(header.name())) {
			return request;
		}
		return scope.remaining()
			.map((left) -> ClientRequest.from(request).header(header.name(), header.format(left)).build())
			.orElse(request);
	}

}
