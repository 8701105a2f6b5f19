package io.cancelscope.spring.web;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.request.PeerAddress;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.spring.ScopeFailures;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Opens the scope of a request and makes it current on the threads that run the filters
 * and the servlet behind it: the first one, and those of asynchronous dispatches. It is
 * closed when the request is over, asynchronous or not. The handshake of a WebSocket is a
 * request as all others: it is over before the session begins.
 */
class CancelScopeFilter extends OncePerRequestFilter {

	private static final OneLineLog log = OneLineLog.of(CancelScopeFilter.class);

	private static final PathContainer NO_PATH = PathContainer.parsePath("");

	/** In milliseconds. */
	private static final long GRACE = 500;

	/** For what is ended without the container. */
	private static final long LONG_GRACE = 2000;

	private final RequestScopes scopes;

	private final CancelledAnswer answer;

	private final GrpcServlets grpc = new GrpcServlets();

	CancelScopeFilter(RequestScopes scopes, CancelledAnswer answer) {
		this.scopes = scopes;
		this.answer = answer;
	}

	@Override
	protected boolean shouldNotFilterAsyncDispatch() {
		return false;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		boolean again = isAsyncDispatch(request);
		RequestScope scope = again ? of(request) : open(request, response);
		if (scope == null) {
			chain.doFilter(request, response);
			return;
		}
		ResponseGate gate = gate(request, scope);
		FilterAnswers answers = new FilterAnswers(request, scope);
		answers.storeIn(request);
		GatedResponse gated = new GatedResponse(response, gate, answers);
		GatedRequest lent = new GatedRequest(request, gated);
		gate.lend();
		try {
			filter(lent, gated, chain, scope, gate, answers);
		}
		finally {
			answers.over();
			gate.giveBack();
			closeUnlessAsync(request, gated, scope, gate);
			if (response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
				lent.upgraded();
			}
		}
	}

	private static ResponseGate gate(HttpServletRequest request, RequestScope scope) {
		ResponseGate known = ResponseGate.of(request);
		if (known != null) {
			return known;
		}
		ResponseGate gate = new ResponseGate(scope);
		gate.storeIn(request);
		return gate;
	}

	private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain, RequestScope scope,
			ResponseGate gate, FilterAnswers answers) throws ServletException, IOException {
		Throwable thrown = null;
		CancelScope.Registration attachment = scope.scope().attach();
		try {
			if (gate.isForced()) {
				gate.takeOver(response);
			}
			if (gate.isExpired() || scope.isTooLateToBegin()) {
				throw scope.exception();
			}
			chain.doFilter(request, response);
			if (answers.isRefused() && !response.isCommitted() && !request.isAsyncStarted()) {
				throw scope.exception();
			}
		}
		catch (IOException | ServletException | RuntimeException | Error ex) {
			thrown = ex;
			answers.chainEnded();
			CancelledAnswer.tell(scope, ex);
			if (!this.answer.send(request, response, scope, ex) && !gate.isBroken()) {
				throw ex;
			}
		}
		finally {
			detach(attachment, scope, thrown);
		}
		if (gate.isBroken()) {
			Exception cause = (thrown instanceof Exception exception) ? exception : gate.refusal();
			throw ScopeFailures.<RuntimeException>sneakyThrow(Container.of(response).lostClient(cause));
		}
	}

	private @Nullable RequestScope open(HttpServletRequest request, HttpServletResponse response) {
		PathContainer path = path(request);
		if (this.scopes.excludes(path) || this.grpc.answer(request)) {
			return null;
		}
		RequestScope scope = this.scopes.open(request.getMethod(), path, (header) -> values(request, header),
				() -> PeerAddress.of(request));
		request.setAttribute(RequestScope.ATTRIBUTE, scope);
		// Jetty may keep the listener longer than the request.
		WeakReference<RequestScope> handled = new WeakReference<>(scope);
		Container.of(response).onLostClient(request, (failure) -> {
			RequestScope known = handled.get();
			if (known != null) {
				known.clientIsGone(failure);
			}
		});
		return scope;
	}

	/** Returns the scope of a request that is being handled, if it has one. */
	static @Nullable RequestScope of(HttpServletRequest request) {
		return (RequestScope) request.getAttribute(RequestScope.ATTRIBUTE);
	}

	private static PathContainer path(HttpServletRequest request) {
		try {
			return ServletRequestPathUtils.parse(request).pathWithinApplication();
		}
		catch (IllegalArgumentException ex) {
			// Not to be decoded. What is answered is for others to say.
			return NO_PATH;
		}
	}

	private static List<String> values(HttpServletRequest request, String header) {
		return Collections.list(request.getHeaders(header));
	}

	/** The answer is there, so a scope that was forgotten inside is only logged. */
	private static void detach(CancelScope.Registration attachment, RequestScope scope, @Nullable Throwable thrown) {
		try {
			attachment.close();
		}
		catch (IllegalStateException ex) {
			if (thrown != null) {
				thrown.addSuppressed(ex);
			}
			log.warn("Request '" + scope.scope().name() + "' did not close all of its scopes. Open each in a"
					+ " try-with-resources statement, or use CancelScopes.run(…) and call(…)", ex);
		}
	}

	private void closeUnlessAsync(HttpServletRequest request, HttpServletResponse response, RequestScope scope,
			ResponseGate gate) {
		if (!request.isAsyncStarted()) {
			// Also after an asynchronous dispatch: Jetty completes none that failed.
			scope.close();
			return;
		}
		try {
			AsyncContext context = request.getAsyncContext();
			context.setTimeout(timeout(context, scope, gate));
			if (!isAsyncDispatch(request)) {
				context.addListener(new CancelScopeAsyncListener(scope), request, response);
				scope.scope().afterCancel((reason) -> gate.close());
			}
			else if (scope.scope().isCancelled()) {
				gate.close();
			}
		}
		catch (IllegalStateException ex) {
			log.debug("An asynchronous request completed before a listener for its scope could be added", ex);
			scope.close();
		}
	}

	/**
	 * A container that gives up at the same moment as the scope would get in the way of
	 * the answer, and Spring MVC would interrupt a task whose scope doesn't know yet why.
	 * Limitation: Tomcat 11.0 forgets the next asynchronous request of a connection if it
	 * gives up one that has just come to its end.
	 */
	private static long timeout(AsyncContext context, RequestScope scope, ResponseGate gate) {
		long current = context.getTimeout();
		long limit = scope.limit(current);
		if (limit == current) {
			return current;
		}
		return limit + (gate.hasEnding() ? LONG_GRACE : GRACE);
	}

}
