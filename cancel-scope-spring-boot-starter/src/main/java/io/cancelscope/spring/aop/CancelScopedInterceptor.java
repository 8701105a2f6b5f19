package io.cancelscope.spring.aop;

import io.cancelscope.spring.ReturnValueAdapter;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;

/**
 * The door from Spring's proxies to the invoker.
 */
final class CancelScopedInterceptor implements MethodInterceptor {

	private final CancelScopedOperations operations;

	private final CancelScopedInvoker invoker;

	CancelScopedInterceptor(CancelScopedOperations operations, CancelScopedInvoker invoker) {
		this.operations = operations;
		this.invoker = invoker;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		CancelScopedOperation operation = this.operations.find(invocation.getMethod(), targetClass(invocation));
		if (operation == null) {
			return invocation.proceed();
		}
		FallbackMethod method = operation.fallback();
		CancelScopedInvoker.Fallback fallback = (method == null) ? null
				: (reason) -> method.call(target(invocation), invocation.getArguments(), reason);
		ReturnValueAdapter.Handler handler = operation.handler();
		if (handler != null) {
			return this.invoker.invoke(operation, handler, invocation::proceed, fallback);
		}
		return (fallback == null) ? this.invoker.invoke(operation, invocation::proceed)
				: this.invoker.invokeOrElse(operation, invocation::proceed, fallback);
	}

	private static Object target(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return (target != null) ? target : ((ProxyMethodInvocation) invocation).getProxy();
	}

	/** Clients made of an interface alone have no target but the proxy. */
	private static Class<?> targetClass(MethodInvocation invocation) {
		Object target = invocation.getThis();
		if (target != null) {
			return AopUtils.getTargetClass(target);
		}
		return (invocation instanceof ProxyMethodInvocation proxied) ? proxied.getProxy().getClass()
				: invocation.getMethod().getDeclaringClass();
	}

}
