package io.cancelscope.spring.web;

import io.cancelscope.spring.RequestScope;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;

/**
 * Ends a {@code DeferredResult}, or whatever Spring MVC handles like one, with its scope:
 * at the deadline, not when the container next looks.
 */
class EndingDeferredResultInterceptor implements DeferredResultProcessingInterceptor {

	@Override
	public <T> void preProcess(NativeWebRequest request, DeferredResult<T> result) {
		RequestScope scope = CarryingCallableInterceptor.of(request);
		if (scope != null) {
			scope.scope().afterCancel((reason) -> result.setErrorResult(scope.exception()));
		}
	}

	@Override
	public <T> boolean handleTimeout(NativeWebRequest request, DeferredResult<T> result) {
		RequestScope scope = CarryingCallableInterceptor.of(request);
		return scope == null || !scope.serverGaveUp() || !result.setErrorResult(scope.exception());
	}

}
