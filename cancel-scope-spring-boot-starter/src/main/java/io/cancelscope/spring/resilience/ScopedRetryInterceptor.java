package io.cancelscope.spring.resilience;

import java.lang.reflect.Method;
import java.util.concurrent.Future;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.resilience.retry.AbstractRetryInterceptor;
import org.springframework.resilience.retry.MethodRetrySpec;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Stands in for the advice of {@code @Retryable}, and keeps what that one would do within
 * the current scope. Without a scope that one does it itself, and for reactive results it
 * does all but decide whether the scope has time left.
 */
final class ScopedRetryInterceptor implements MethodInterceptor {

	/** Part of the interceptor's API, but for its subclasses only. */
	static final @Nullable Method SPEC = ReflectionUtils.findMethod(AbstractRetryInterceptor.class, "getRetrySpec",
			Method.class, Class.class);

	private static final boolean POSSIBLE = SPEC != null && SPEC.trySetAccessible() && LimitedRetries.areKnown();

	private static final boolean REACTIVE_STREAMS_PRESENT = ClassUtils.isPresent("org.reactivestreams.Publisher",
			ScopedRetryInterceptor.class.getClassLoader());

	private final AbstractRetryInterceptor retries;

	private final @Nullable ApplicationEventPublisher events;

	ScopedRetryInterceptor(AbstractRetryInterceptor retries, @Nullable ApplicationEventPublisher events) {
		this.retries = retries;
		this.events = events;
	}

	/** Whether this version of Spring is one whose retries can be kept within a scope. */
	static boolean isPossible() {
		return POSSIBLE;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		if (CancelScope.current() instanceof OpenScope scope && invocation instanceof ProxyMethodInvocation call) {
			MethodRetrySpec spec = spec(invocation);
			if (spec != null) {
				return isReactive(invocation.getMethod().getReturnType())
						? new LimitedReactiveRetries(spec, scope, this.events).invoke(invocation)
						: new LimitedRetries(spec, scope, call, this.events).invoke();
			}
		}
		return this.retries.invoke(invocation);
	}

	private @Nullable MethodRetrySpec spec(MethodInvocation invocation) {
		Object target = invocation.getThis();
		Method method = invocation.getMethod();
		Class<?> targetClass = (target != null) ? target.getClass() : method.getDeclaringClass();
		return (SPEC == null) ? null
				: (MethodRetrySpec) ReflectionUtils.invokeMethod(SPEC, this.retries, method, targetClass);
	}

	private static boolean isReactive(Class<?> type) {
		return REACTIVE_STREAMS_PRESENT && !Future.class.isAssignableFrom(type)
				&& ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
	}

}
