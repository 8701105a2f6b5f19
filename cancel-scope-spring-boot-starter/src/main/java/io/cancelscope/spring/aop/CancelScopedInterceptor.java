package io.cancelscope.spring.aop;

import java.lang.reflect.Method;

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

	private final ProxiedInterfaces interfaces;

	/** The methods that this lies outside of {@code @Async} of; null for none. */
	private final @Nullable AsyncMethods async;

	private final OperationCache seen = new OperationCache();

	CancelScopedInterceptor(CancelScopedOperations operations, CancelScopedInvoker invoker) {
		this(operations, invoker, ProxiedInterfaces.none(operations.source()), null);
	}

	private CancelScopedInterceptor(CancelScopedOperations operations, CancelScopedInvoker invoker,
			ProxiedInterfaces interfaces, @Nullable AsyncMethods async) {
		this.operations = operations;
		this.invoker = invoker;
		this.interfaces = interfaces;
		this.async = async;
	}

	/** The same for a proxy that has such interfaces. */
	CancelScopedInterceptor with(ProxiedInterfaces interfaces) {
		return interfaces.types().isEmpty() ? this
				: new CancelScopedInterceptor(this.operations, this.invoker, interfaces, this.async);
	}

	/** The same for a place outside of the advice of these methods. */
	CancelScopedInterceptor around(AsyncMethods async) {
		return new CancelScopedInterceptor(this.operations, this.invoker, this.interfaces, async);
	}

	/** Whether it has been put outside of {@code @Async}. */
	boolean isAroundAsync() {
		return this.async != null;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		CancelScopedOperation seen = this.seen.find(invocation);
		return (seen != null) ? invoke(invocation, seen) : invokeUnseen(invocation);
	}

	private @Nullable Object invokeUnseen(MethodInvocation invocation) throws Throwable {
		Class<?> annotated = this.interfaces.annotatedClass(invocation.getMethod(), targetClass(invocation));
		CancelScopedOperation operation = this.operations.find(invocation.getMethod(), annotated);
		if (operation == null) {
			return invocation.proceed();
		}
		this.seen.add(invocation, operation);
		return invoke(invocation, operation);
	}

	/**
	 * Makes the call with what the annotations say about it.
	 * @param targetClass the class whose annotations count
	 */
	@Nullable Object invoke(MethodInvocation invocation, Class<?> targetClass) throws Throwable {
		CancelScopedOperation operation = this.operations.find(invocation.getMethod(), targetClass);
		return (operation != null) ? invoke(invocation, operation) : invocation.proceed();
	}

	private @Nullable Object invoke(MethodInvocation invocation, CancelScopedOperation known) throws Throwable {
		// Few methods have a key, and the others are to cost no more.
		CancelScopedOperation operation = (known.key() == null) ? known : known.forCall(invocation.getArguments());
		if (this.async != null && invocation instanceof ProxyMethodInvocation call
				&& this.async.cover(invocation.getMethod(), targetClass(invocation))) {
			return this.invoker.invokeAsync(operation, call, fallback(invocation, operation));
		}
		return operation.isPlain() ? this.invoker.invokePlainly(operation, invocation)
				: invokeWithMore(invocation, operation);
	}

	private @Nullable Object invokeWithMore(MethodInvocation invocation, CancelScopedOperation operation)
			throws Throwable {
		CancelScopedInvoker.Fallback fallback = fallback(invocation, operation);
		ReturnValueAdapter.Handler handler = operation.handler();
		if (handler != null) {
			return this.invoker.invoke(operation, handler, invocation, fallback);
		}
		return (fallback == null) ? this.invoker.invoke(operation, invocation)
				: this.invoker.invokeOrElse(operation, invocation, fallback);
	}

	private static CancelScopedInvoker.@Nullable Fallback fallback(MethodInvocation invocation,
			CancelScopedOperation operation) {
		FallbackMethod method = operation.fallback();
		return (method == null) ? null
				: (reason) -> method.call(invocation.getThis(), proxy(invocation), invocation.getArguments(), reason);
	}

	/**
	 * The same, for proxies around code that may have the advice in itself already, or
	 * whose scope was opened outside of {@code @Async}.
	 */
	@Nullable Object invokeUnlessWoven(MethodInvocation invocation) throws Throwable {
		Class<?> targetClass = targetClass(invocation);
		return (this.operations.isWoven(invocation.getMethod(), targetClass) || AsyncScopedCall.isBodyOf(invocation))
				? invocation.proceed() : invoke(invocation, targetClass);
	}

	/** Whether calls of the method were prepared here: a bean of that class was made. */
	boolean knows(Method method, Class<?> targetClass) {
		return this.operations.isPrepared(method, targetClass);
	}

	/** Code that the load-time weaver has advised is called without one. */
	private static @Nullable Object proxy(MethodInvocation invocation) {
		if (invocation instanceof JoinPointInvocation joinPoint) {
			return joinPoint.proxy();
		}
		return (invocation instanceof ProxyMethodInvocation proxied) ? proxied.getProxy() : null;
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
