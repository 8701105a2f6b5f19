package io.cancelscope.spring.aop;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * The half of {@code @CancelScoped} that lies inside of {@code @Async}, on the worker.
 */
final class ScopedBodyInterceptor implements MethodInterceptor {

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		return AsyncScopedCall.proceed(invocation);
	}

}
