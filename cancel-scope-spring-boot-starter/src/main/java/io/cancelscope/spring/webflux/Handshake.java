package io.cancelscope.spring.webflux;

import java.util.Locale;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.request.RequestScope;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * The end of a request that begins the session of a WebSocket. The session takes place
 * inside the chain of filters, but not in the scope of the request. All of Spring's
 * upgrade strategies complete the response before they begin it: that is the end of the
 * request.
 */
final class Handshake {

	private static final HttpMethod OVER_HTTP_2 = HttpMethod.valueOf("CONNECT");

	private final RequestScope scope;

	private final CancelScope around;

	private final ServerConnection connection;

	private Handshake(RequestScope scope, CancelScope around, ServerConnection connection) {
		this.scope = scope;
		this.around = around;
		this.connection = connection;
	}

	/**
	 * Returns the handshake of a request that may be one, or {@code null}. A caller who
	 * pretends to ask for a session gains nothing, since an ordinary response that is
	 * completed is over as well.
	 */
	static @Nullable Handshake of(ServerHttpRequest request, RequestScope scope, CancelScope around,
			ServerConnection connection) {
		boolean possible = OVER_HTTP_2.equals(request.getMethod()) || request.getHeaders()
			.getOrEmpty(HttpHeaders.UPGRADE)
			.stream()
			.anyMatch((protocols) -> protocols.toLowerCase(Locale.ROOT).contains("websocket"));
		return possible ? new Handshake(scope, around, connection) : null;
	}

	/**
	 * Closes the scope, or fails if it is cancelled. Race: the deadline passes meanwhile.
	 * A scope that is closed before will never be cancelled; otherwise the session must
	 * not begin, because the scope stays in its Reactor Context. It is not too late for
	 * another answer: nothing of the response has been committed.
	 */
	Mono<Void> end() {
		return Mono.defer(() -> {
			if (!this.scope.scope().isCancelled()) {
				this.scope.close();
			}
			if (this.scope.scope().isCancelled()) {
				return Mono.error(this.scope.exception());
			}
			this.connection.handOver();
			return Mono.empty();
		});
	}

	/** What goes on when the response is completed does so outside the scope. */
	Mono<Void> leaving(Mono<Void> completion) {
		return CurrentScope.leaving(completion, this.around);
	}

}
