package io.cancelscope.spring.web;

import java.io.IOException;

import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * Ends the scope with its asynchronous request, and cancels it when the container finds
 * out that the client is gone or the time is up. It is the last of the listeners, so
 * Spring MVC has seen all of it before.
 */
class CancelScopeAsyncListener implements AsyncListener {

	private final RequestScope scope;

	CancelScopeAsyncListener(RequestScope scope) {
		this.scope = scope;
	}

	/**
	 * An asynchronous dispatch has gone on asynchronously, and has lost its listeners.
	 */
	@Override
	public void onStartAsync(AsyncEvent event) {
		event.getAsyncContext().addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
	}

	/**
	 * The request is claimed by a dispatch, so nobody else completes it. The filter then
	 * answers or breaks off. Where Spring MVC has a result, it may have failed to
	 * dispatch: while it times out, Jetty lets no other thread do that, and would end a
	 * part of an answer as the whole.
	 */
	@Override
	public void onTimeout(AsyncEvent event) {
		this.scope.expire();
		HttpServletRequest request = (HttpServletRequest) event.getSuppliedRequest();
		if (WebAsyncUtils.getAsyncManager(request).hasConcurrentResult()) {
			claims(event);
		}
		else if (this.scope.scope().isCancelled() && claims(event)) {
			ResponseGate gate = ResponseGate.of(request);
			if (gate != null) {
				gate.expire();
			}
		}
	}

	/** Only if nobody else has completed it or dispatched it by now. */
	private static boolean claims(AsyncEvent event) {
		try {
			event.getAsyncContext().dispatch();
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
			this.scope.close();
		}
		else {
			CancelledAnswer.tell(this.scope, thrown);
		}
	}

	@Override
	public void onComplete(AsyncEvent event) {
		this.scope.close();
	}

}
