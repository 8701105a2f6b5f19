package io.cancelscope.spring.web;

import java.util.concurrent.Callable;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.RequestScope;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;

/**
 * Makes the scope of a request current on the thread that runs its {@code Callable} or
 * {@code StreamingResponseBody}, whatever executor that thread belongs to.
 */
class CarryingCallableInterceptor implements CallableProcessingInterceptor {

	private final ThreadLocal<CancelScope.Registration> attachment = new ThreadLocal<>();

	@Override
	public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
		RequestScope scope = of(request);
		if (scope != null) {
			this.attachment.set(scope.scope().attach());
		}
	}

	@Override
	public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object concurrentResult) {
		CancelScope.Registration attached = this.attachment.get();
		if (attached != null) {
			this.attachment.remove();
			attached.close();
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

}
