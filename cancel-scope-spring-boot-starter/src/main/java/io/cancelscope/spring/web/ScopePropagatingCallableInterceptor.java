package io.cancelscope.spring.web;

import java.util.concurrent.Callable;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;

/**
 * Makes the scope of a request current on the thread that runs its {@code Callable} or
 * {@code StreamingResponseBody}, whatever executor that thread belongs to.
 */
class ScopePropagatingCallableInterceptor implements CallableProcessingInterceptor {

	private final ThreadLocal<Carried> carried = new ThreadLocal<>();

	@Override
	public <T> void beforeConcurrentHandling(NativeWebRequest request, Callable<T> task) {
		ResponseGate gate = gateOf(request);
		if (gate != null) {
			gate.produces(null);
		}
	}

	@Override
	public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
		RequestScope scope = of(request);
		if (scope != null) {
			this.carried.set(new Carried(scope, gateOf(request), scope.scope().attach()));
		}
	}

	@Override
	public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object concurrentResult) {
		Carried carried = this.carried.get();
		if (carried != null) {
			this.carried.remove();
			carried.end(concurrentResult);
		}
	}

	/** The container gives up; if it does so for us, the answer is ours, too. */
	@Override
	public <T> Object handleTimeout(NativeWebRequest request, Callable<T> task) {
		RequestScope scope = of(request);
		return (scope != null && scope.serverGaveUp()) ? scope.exception() : RESULT_NONE;
	}

	static @Nullable RequestScope of(NativeWebRequest request) {
		HttpServletRequest servletRequest = request.getNativeRequest(HttpServletRequest.class);
		return (servletRequest != null) ? CancelScopeFilter.of(servletRequest) : null;
	}

	static @Nullable ResponseGate gateOf(NativeWebRequest request) {
		HttpServletRequest servletRequest = request.getNativeRequest(HttpServletRequest.class);
		return (servletRequest != null) ? ResponseGate.of(servletRequest) : null;
	}

	/**
	 * What has to be known when the task ends. The request isn't asked again: its
	 * container may have given it up, and have made another one of it.
	 */
	private record Carried(RequestScope scope, @Nullable ResponseGate gate, CancelScope.Registration attachment) {

		void end(@Nullable Object result) {
			this.attachment.close();
			if (result instanceof Throwable thrown && CancelledAnswer.isClientGone(thrown)) {
				// At once: whether the container goes on from here is not certain.
				this.scope.clientIsGone(thrown);
				this.scope.close();
			}
			if (this.gate != null) {
				this.gate.produced();
			}
		}

	}

}
