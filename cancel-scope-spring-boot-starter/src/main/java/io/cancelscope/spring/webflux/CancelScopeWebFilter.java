package io.cancelscope.spring.webflux;

import java.net.InetAddress;
import java.util.List;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.AsideThreads;
import io.cancelscope.spring.request.PeerAddress;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Opens the scope of a request, in the Reactor Context of what is behind this filter.
 * Cancelling the scope cancels that; a client that goes away cancels the scope. The scope
 * of a WebSocket's handshake is closed before the session begins.
 */
class CancelScopeWebFilter implements WebFilter, Ordered {

	/** That of {@code ScopeInContext}, and of context-propagation. */
	static final String KEY = CancelScope.class.getName();

	private final RequestScopes scopes;

	private final CancelledResponse answer;

	private final int order;

	private final ApplicationContext context;

	private final Scheduler aside = Schedulers.fromExecutor(AsideThreads.create("cancel-scope-web-"));

	CancelScopeWebFilter(RequestScopes scopes, CancelledResponse answer, int order, ApplicationContext context) {
		this.context = context;
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
		PathContainer path = exchange.getRequest().getPath().pathWithinApplication();
		boolean excluded = isOfTheManagement(exchange) || this.scopes.excludes(path);
		CancelScope around = CancelScope.current();
		return excluded ? chain.filter(exchange)
				: CurrentScope.leaving(Mono.defer(() -> scoped(exchange, chain, path, around)), around);
	}

	/**
	 * The context of a management port of its own takes over all filters of the context
	 * around it.
	 */
	private boolean isOfTheManagement(ServerWebExchange exchange) {
		ApplicationContext context = exchange.getApplicationContext();
		return context != null && context != this.context && context.getParent() == this.context;
	}

	private Mono<Void> scoped(ServerWebExchange exchange, WebFilterChain chain, PathContainer path,
			CancelScope around) {
		ServerHttpRequest request = exchange.getRequest();
		RequestScope scope = this.scopes.open(request.getMethod().name(), path,
				(header) -> request.getHeaders().getOrEmpty(header), () -> peer(request));
		exchange.getAttributes().put(RequestScope.ATTRIBUTE, scope);
		ServerConnection connection = ServerConnection.of(exchange.getResponse());
		connection.keepReading();
		ScopeAwareResponse response = ScopeAwareResponse.of(exchange.getResponse(), connection, this.aside,
				scope::exception, Handshake.of(request, scope, around, connection));
		ServerWebExchange inside = exchange.mutate()
			.request(CurrentScope.whileReading(request, scope.scope()))
			.response(response)
			.build();
		Mono<Void> handled = CurrentScope.whileSubscribing(Mono.defer(() -> chain.filter(inside)), scope.scope())
			.then(Mono.defer(() -> response.author().isCutShort() ? Mono.<Void>error(scope.exception()) : Mono.empty()))
			.contextWrite((context) -> context.put(KEY, scope.scope()));
		// Order: what is over before it begins, such as a request that has waited too
		// long elsewhere, is not subscribed to.
		return Mono.firstWithSignal(List.of(cancellation(scope, response), handled))
			.onErrorResume((thrown) -> failed(exchange, scope, response, connection, thrown))
			// Before what is behind hears of it, and may fail by being interrupted.
			.doOnCancel(response::onCancel)
			.doFinally((signal) -> over(scope, response.isCancelled()));
	}

	/** Below what changes a request, such as Spring's forwarded headers. */
	private static @Nullable InetAddress peer(ServerHttpRequest request) {
		try {
			return PeerAddress.of(ServerHttpRequestDecorator.getNativeRequest(request));
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			return null; // no server made it
		}
	}

	/**
	 * Fails when the scope is cancelled and the handler does not write; never ends
	 * otherwise.
	 */
	private static Mono<Void> cancellation(RequestScope scope, ScopeAwareResponse response) {
		return Mono.defer(() -> {
			// Nobody may listen any more when it fails.
			Sinks.Empty<Void> cancelled = Sinks.empty();
			CancelScope.Registration registration = scope.scope()
				.onCancel((reason) -> response.author()
					.stop()
					.subscribe(null, null, () -> cancelled.tryEmitError(scope.exception())));
			return cancelled.asMono().doFinally((signal) -> registration.unregister());
		});
	}

	private Mono<Void> failed(ServerWebExchange exchange, RequestScope scope, ScopeAwareResponse watched,
			ServerConnection connection, Throwable thrown) {
		Authorship author = watched.author();
		if (author.isHandedOver()) {
			return Mono.error(thrown);
		}
		ScopeCancelledException cancellation = ScopeCancelledException.findIn(thrown);
		if (cancellation != null && !hasAnswer(thrown)) {
			return author.stop().then(Mono.defer(() -> end(exchange, scope, author, connection, cancellation)));
		}
		return told(scope, watched, thrown).then(Mono.defer(() -> (author.isCutShort() && !author.isTaken())
				? connection.breakOff(exchange.getResponse(), HttpStatus.INTERNAL_SERVER_ERROR, thrown)
				: Mono.error(thrown)));
	}

	/** Answers, or breaks off, a request whose handler does not write any more. */
	private Mono<Void> end(ServerWebExchange exchange, RequestScope scope, Authorship author,
			ServerConnection connection, ScopeCancelledException cancellation) {
		if (author.isSent()) {
			return Mono.empty();
		}
		ServerHttpResponse response = exchange.getResponse();
		ResponseEntity<ProblemDetail> answer = scope.answerTo(cancellation, response.getHeaders()::containsHeader);
		if (!author.isTaken() || response.isCommitted()) {
			return connection.breakOff(response, answer.getStatusCode(), cancellation);
		}
		if (cancellation.reason().kind() == CancelReason.Kind.DISCONNECTED) {
			response.setStatusCode(answer.getStatusCode());
			return Mono.empty();
		}
		return this.answer.write(exchange, answer, cancellation);
	}

	/**
	 * An exception that has an answer is how handlers say what they think of a request.
	 */
	private static boolean hasAnswer(Throwable thrown) {
		return thrown instanceof ErrorResponse
				|| AnnotatedElementUtils.hasAnnotation(thrown.getClass(), ResponseStatus.class);
	}

	/** Tells the scope with which exception its request ended. */
	private Mono<Void> told(RequestScope scope, ScopeAwareResponse response, Throwable thrown) {
		if (hasAnswer(thrown)) {
			return Mono.empty();
		}
		boolean gone = response.isCancelled() || DisconnectedClientHelper.isClientDisconnectedException(thrown);
		Runnable telling = gone ? () -> scope.clientIsGone(thrown) : () -> scope.scope().failed(thrown);
		return Mono.<Void>fromRunnable(telling).subscribeOn(this.aside);
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
			scope.close();
		};
		if (!unwanted && !scope.scope().isCancelled()) {
			end.run();
			return;
		}
		this.aside.schedule(end);
	}

}
