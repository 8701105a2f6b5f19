package io.cancelscope.spring.webflux;

import java.util.List;
import java.util.concurrent.Executor;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.RequestScope;
import io.cancelscope.spring.RequestScopes;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Opens the scope of a request, in the Reactor Context of what is behind this filter.
 * Cancelling the scope cancels that; a client that goes away cancels the scope.
 */
class CancelScopeWebFilter implements WebFilter, Ordered {

	/** That of {@code ScopeInContext}, and of context-propagation. */
	static final String KEY = CancelScope.class.getName();

	private final RequestScopes scopes;

	private final CancelledResponse answer;

	private final int order;

	private final Executor aside = AsideThreads.create();

	CancelScopeWebFilter(RequestScopes scopes, CancelledResponse answer, int order) {
		this.scopes = scopes;
		this.answer = answer;
		this.order = order;
	}

	@Override
	public int getOrder() {
		return this.order;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		PathContainer path = request.getPath().pathWithinApplication();
		boolean excluded = this.scopes.excludes(path) || RequestScopes.isOtherProtocol(request.getMethod().name(),
				(header) -> request.getHeaders().getOrEmpty(header));
		return excluded ? chain.filter(exchange) : Mono.defer(() -> scoped(exchange, chain, path));
	}

	private Mono<Void> scoped(ServerWebExchange exchange, WebFilterChain chain, PathContainer path) {
		ServerHttpRequest request = exchange.getRequest();
		RequestScope scope = this.scopes.open(request.getMethod().name(), path,
				(header) -> request.getHeaders().getOrEmpty(header));
		exchange.getAttributes().put(RequestScope.ATTRIBUTE, scope);
		WatchedResponse response = WatchedResponse.of(exchange.getResponse());
		ServerWebExchange inside = exchange.mutate()
			.request(CurrentScope.whileReading(request, scope.scope()))
			.response(response)
			.build();
		Mono<Void> handled = CurrentScope.whileSubscribing(Mono.defer(() -> chain.filter(inside)), scope.scope())
			.contextWrite((context) -> context.put(KEY, scope.scope()));
		return Mono.firstWithSignal(List.of(cancellation(scope, response), handled))
			.onErrorResume((thrown) -> failed(exchange, scope, response, thrown))
			// Before what is behind hears of it, and may fail by being interrupted.
			.doOnCancel(response::onCancel)
			.doFinally((signal) -> over(scope, response.isCancelled()));
	}

	/** Fails when the scope is cancelled; never ends otherwise. */
	private static Mono<Void> cancellation(RequestScope scope, WatchedResponse response) {
		return Mono.create((sink) -> {
			CancelScope.Registration registration = scope.scope().onCancel((reason) -> {
				response.takeAway();
				sink.error(scope.exception());
			});
			sink.onDispose(registration::unregister);
		});
	}

	private Mono<Void> failed(ServerWebExchange exchange, RequestScope scope, WatchedResponse watched,
			Throwable thrown) {
		ServerHttpResponse response = exchange.getResponse();
		ScopeCancelledException cancellation = ScopeCancelledException.findIn(thrown);
		if (cancellation == null || hasAnswer(thrown)) {
			return told(scope, watched, thrown).then(Mono.error(thrown));
		}
		if (cancellation.reason().kind() == CancelReason.Kind.DISCONNECTED) {
			response.setStatusCode(RequestScope.CLIENT_GONE);
			return Mono.empty();
		}
		// Too late to say so: the server breaks off the connection.
		return response.isCommitted() ? Mono.error(thrown) : this.answer.write(exchange, scope.answerTo(cancellation));
	}

	/**
	 * An exception that has an answer is how handlers say what they think of a request.
	 */
	private static boolean hasAnswer(Throwable thrown) {
		return thrown instanceof ErrorResponse
				|| AnnotatedElementUtils.hasAnnotation(thrown.getClass(), ResponseStatus.class);
	}

	/** Tells the scope with which exception its request ended. */
	private Mono<Void> told(RequestScope scope, WatchedResponse response, Throwable thrown) {
		if (hasAnswer(thrown)) {
			return Mono.empty();
		}
		boolean gone = response.isCancelled() || DisconnectedClientHelper.isClientDisconnectedException(thrown);
		Runnable telling = gone ? () -> scope.clientIsGone(thrown) : () -> scope.scope().failed(thrown);
		return Mono.<Void>fromRunnable(telling).subscribeOn(Schedulers.fromExecutor(this.aside));
	}

	/**
	 * By now the registration is disposed of, so no error follows a cancellation. The
	 * callbacks of a scope may block, as may closing it while one is running: an event
	 * loop must not wait for them.
	 */
	private void over(RequestScope scope, boolean unwanted) {
		Runnable end = () -> {
			if (unwanted) {
				scope.clientIsGone(null);
			}
			scope.scope().close();
		};
		if (!unwanted && !scope.scope().isCancelled()) {
			end.run();
			return;
		}
		this.aside.execute(end);
	}

}
