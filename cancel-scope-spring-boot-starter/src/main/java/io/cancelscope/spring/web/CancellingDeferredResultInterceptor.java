package io.cancelscope.spring.web;

import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.request.RequestScope;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;

/**
 * Ends a {@code DeferredResult}, or whatever Spring MVC handles like one, with its scope:
 * at the deadline, not when the container next looks.
 */
class CancellingDeferredResultInterceptor implements DeferredResultProcessingInterceptor {

	@Override
	public <T> void beforeConcurrentHandling(NativeWebRequest request, DeferredResult<T> result) {
		RequestScope scope = ScopePropagatingCallableInterceptor.of(request);
		ResponseGate gate = ScopePropagatingCallableInterceptor.gateOf(request);
		if (scope != null && gate != null) {
			gate.produces(() -> end(result, scope));
		}
	}

	private static void end(DeferredResult<?> result, RequestScope scope) {
		try {
			result.setErrorResult(scope.exception());
		}
		catch (IllegalStateException ex) {
			// Ignored: its container gives up at the same moment, and dispatches it then.
		}
	}

	/**
	 * A result that is ours says nothing about those who write for the request: they may
	 * go on.
	 */
	@Override
	public <T> void postProcess(NativeWebRequest request, DeferredResult<T> result, @Nullable Object value) {
		ResponseGate gate = ScopePropagatingCallableInterceptor.gateOf(request);
		boolean ours = value instanceof Throwable thrown && ScopeCancelledException.findIn(thrown) != null;
		if (gate != null && !ours) {
			gate.produced();
		}
	}

	@Override
	public <T> boolean handleTimeout(NativeWebRequest request, DeferredResult<T> result) {
		RequestScope scope = ScopePropagatingCallableInterceptor.of(request);
		return scope == null || !scope.serverGaveUp() || !result.setErrorResult(scope.exception());
	}

}
