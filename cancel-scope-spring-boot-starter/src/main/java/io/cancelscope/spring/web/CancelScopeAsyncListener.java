package io.cancelscope.spring.web;

import java.io.IOException;

import io.cancelscope.spring.RequestScope;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * Ends the scope with its asynchronous request, and cancels it when the container finds
 * out that the client is gone or the time is up. It is the last of the listeners, so
 * Spring MVC has seen all of it before.
 */
class CancelScopeAsyncListener implements AsyncListener {

	private final RequestScope scope;

	private final CancelledAnswer answer;

	CancelScopeAsyncListener(RequestScope scope, CancelledAnswer answer) {
		this.scope = scope;
		this.answer = answer;
	}

	/**
	 * An asynchronous dispatch has gone on asynchronously, and has lost its listeners.
	 */
	@Override
	public void onStartAsync(AsyncEvent event) {
		event.getAsyncContext().addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
	}

	@Override
	public void onTimeout(AsyncEvent event) throws IOException {
		this.scope.expire();
		HttpServletRequest request = (HttpServletRequest) event.getSuppliedRequest();
		HttpServletResponse response = (HttpServletResponse) event.getSuppliedResponse();
		if (WebAsyncUtils.getAsyncManager(request).hasConcurrentResult()) {
			dispatch(event);
		}
		else if (this.scope.scope().isCancelled() && !response.isCommitted() && completes(event)) {
			this.answer.send(request, response, this.scope, this.scope.exception());
		}
	}

	/**
	 * Spring MVC has a result, and may have failed to dispatch: while it times out, Jetty
	 * lets no other thread do that, and would end a part of an answer as the whole.
	 */
	private static void dispatch(AsyncEvent event) {
		try {
			event.getAsyncContext().dispatch();
		}
		catch (IllegalStateException ex) {
			// It is dispatched.
		}
	}

	/** Only if nobody else has completed it or dispatched it by now. */
	private static boolean completes(AsyncEvent event) {
		try {
			event.getAsyncContext().complete();
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	/**
	 * What a dispatch threw, the filter has told the scope before. Where the client is
	 * gone the scope is over: Tomcat never completes one in some hundred such requests.
	 */
	@Override
	public void onError(AsyncEvent event) {
		Throwable thrown = event.getThrowable();
		if (thrown == null || thrown instanceof IOException) {
			this.scope.clientIsGone(thrown);
			this.scope.scope().close();
		}
		else {
			CancelledAnswer.tell(this.scope, thrown);
		}
	}

	@Override
	public void onComplete(AsyncEvent event) {
		this.scope.scope().close();
	}

}
