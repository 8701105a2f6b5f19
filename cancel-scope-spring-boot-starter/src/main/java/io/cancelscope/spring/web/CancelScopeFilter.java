package io.cancelscope.spring.web;

import java.io.IOException;
import java.util.Collections;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.RequestScope;
import io.cancelscope.spring.RequestScopes;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Opens the scope of a request and makes it current on the threads that run the filters
 * and the servlet behind it: the first one, and those of asynchronous dispatches. It is
 * closed when the request is over, asynchronous or not.
 */
class CancelScopeFilter extends OncePerRequestFilter {

	private static final Log log = LogFactory.getLog(CancelScopeFilter.class);

	private static final PathContainer NO_PATH = PathContainer.parsePath("");

	private final RequestScopes scopes;

	private final CancelledAnswer answer;

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
		RequestScope scope = isAsyncDispatch(request) ? of(request) : open(request);
		if (scope == null) {
			chain.doFilter(request, response);
			return;
		}
		try {
			filter(request, response, chain, scope);
		}
		finally {
			closeUnlessAsync(request, response, scope);
		}
	}

	private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain, RequestScope scope)
			throws ServletException, IOException {
		Throwable thrown = null;
		CancelScope.Registration attachment = scope.scope().attach();
		try {
			chain.doFilter(request, response);
		}
		catch (IOException | ServletException | RuntimeException | Error ex) {
			thrown = ex;
			CancelledAnswer.tell(scope, ex);
			if (!this.answer.send(request, response, scope, ex)) {
				throw ex;
			}
		}
		finally {
			detach(attachment, thrown);
		}
	}

	private @Nullable RequestScope open(HttpServletRequest request) {
		PathContainer path = path(request);
		if (this.scopes.excludes(path)) {
			return null;
		}
		RequestScope scope = this.scopes.open(request.getMethod(), path, (header) -> values(request, header));
		request.setAttribute(RequestScope.ATTRIBUTE, scope);
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
	private static void detach(CancelScope.Registration attachment, @Nullable Throwable thrown) {
		try {
			attachment.close();
		}
		catch (IllegalStateException ex) {
			if (thrown != null) {
				thrown.addSuppressed(ex);
			}
			log.warn("A request left a scope open behind it", ex);
		}
	}

	private void closeUnlessAsync(HttpServletRequest request, HttpServletResponse response, RequestScope scope) {
		if (!request.isAsyncStarted()) {
			// Also after an asynchronous dispatch: Jetty completes none that failed.
			scope.scope().close();
			return;
		}
		try {
			AsyncContext context = request.getAsyncContext();
			if (!isAsyncDispatch(request)) {
				context.addListener(new CancelScopeAsyncListener(scope, this.answer), request, response);
			}
			context.setTimeout(scope.limit(context.getTimeout()));
		}
		catch (IllegalStateException ex) {
			log.debug("An asynchronous request was over before its container came to know of its scope", ex);
			scope.scope().close();
		}
	}

}
