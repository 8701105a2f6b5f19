package io.cancelscope.spring.httpclient;

import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.SentDeadline;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.ContextView;

import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Ends the calls of a WebClient with their scope, both before and after the headers: the
 * exchange is over when those are there, and the body comes later.
 */
final class ScopedExchangeFilter implements ExchangeFilterFunction {

	/** The key that {@code ScopeInContext} of the feature for Reactor tells. */
	private static final String KEY = CancelScope.class.getName();

	static final boolean REACTOR_NETTY = ClassUtils.isPresent("reactor.netty.http.client.HttpClientRequest",
			ScopedExchangeFilter.class.getClassLoader());

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
		CancelScope inContext = context.getOrDefault(KEY, null);
		return (inContext != null) ? inContext : CancelScope.current();
	}

	private Mono<ClientResponse> exchange(CancelScope scope, ClientRequest request, ExchangeFunction next) {
		scope.check();
		AtomicReference<@Nullable Subscription> exchange = new AtomicReference<>();
		ResponseHandoff arrival = new ResponseHandoff();
		SentDeadline deadline = (this.header != null) ? SentDeadline.of(scope) : null;
		ClientRequest telling = tell(scope, request);
		SentDeadline sent = (telling != request) ? deadline : null;
		Mono<ClientResponse> response = send(telling, next).doOnSubscribe(exchange::set).doOnNext(arrival::arrived);
		Mono<ClientResponse> cancellation = cancelled(scope).doOnSuccess((nothing) -> arrival.cancelled())
			.then(failed(scope));
		// The first to speak cancels the other one.
		return Mono.firstWithSignal(response, cancellation).map((taken) -> {
			arrival.taken();
			if (sent != null) {
				sent.answered(taken.statusCode().value(),
						taken.headers().asHttpHeaders().getFirst(SentDeadline.HEADER));
			}
			return taken.mutate().body((body) -> bound(scope, body, exchange.get())).build();
		});
	}

	private static Mono<ClientResponse> send(ClientRequest request, ExchangeFunction next) {
		return REACTOR_NETTY ? ReactorExchange.send(request, next) : next.exchange(request);
	}

	private static <T> Flux<T> bound(CancelScope scope, Flux<T> body, @Nullable Subscription exchange) {
		return Flux.defer(() -> {
			Sinks.Empty<Void> stop = Sinks.empty();
			AtomicReference<CancelScope.@Nullable Registration> registration = new AtomicReference<>();
			// Not before the body is subscribed to: the connector would read the rest of
			// one that nobody wanted, however long that takes.
			return body
				.doOnSubscribe((subscription) -> registration.set(scope.onCancel((reason) -> stop.tryEmitEmpty())))
				.takeUntilOther(stop.asMono())
				// An end in the middle of the subscription would overtake it, and get
				// lost.
				.delaySubscription(Mono.empty())
				.onErrorMap((ex) -> scope.isCancelled(), (ex) -> failure(scope, exchange, ex))
				.concatWith(Mono
					.defer(() -> scope.isCancelled() ? Mono.error(failure(scope, exchange, null)) : Mono.empty()))
				.doFinally((signal) -> {
					CancelScope.Registration registered = registration.get();
					if (registered != null) {
						registered.unregister();
					}
				});
		});
	}

	private static RuntimeException failure(CancelScope scope, @Nullable Subscription exchange,
			@Nullable Throwable thrown) {
		if (exchange != null) {
			// Jetty listens to this one only, as long as there is a body to come.
			exchange.cancel();
		}
		RuntimeException own = scope.exception();
		if (thrown != null) {
			own.addSuppressed(thrown);
		}
		return own;
	}

	/** Ends when the scope is cancelled. */
	private static Mono<Void> cancelled(CancelScope scope) {
		return Mono.create((sink) -> {
			CancelScope.Registration registration = scope.onCancel((reason) -> sink.success());
			sink.onDispose(registration::unregister);
		});
	}

	private static <T> Mono<T> failed(CancelScope scope) {
		return Mono.error(scope::exception);
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
