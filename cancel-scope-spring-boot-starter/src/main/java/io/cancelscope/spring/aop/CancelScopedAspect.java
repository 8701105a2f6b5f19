package io.cancelscope.spring.aop;

import java.util.function.IntSupplier;

import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * The door from an AspectJ aspect to the invoker: a bean where the property
 * {@code cancel-scope.weaving} is {@code aspect}.
 * <p>
 * Its place among the user's aspects is given by {@code cancel-scope.aspect.order}.
 * Whatever the order is, it lies inside {@code @Async}, {@code @ConcurrencyLimit} and
 * {@code @Retryable}: each attempt has a budget of its own. It sees annotations that
 * stand on the method or on its class; those on interfaces and within other annotations
 * are out of an aspect's reach.
 */
@Aspect
public final class CancelScopedAspect implements Ordered {

	private final CancelScopedInterceptor interceptor;

	private final IntSupplier order;

	CancelScopedAspect(CancelScopedInterceptor interceptor, IntSupplier order) {
		this.interceptor = interceptor;
		this.order = order;
	}

	/**
	 * Runs an annotated method in its scope.
	 * @param joinPoint the method's execution
	 * @return what the method or its fallback returned
	 * @throws Throwable if the method, its fallback or a check throws it
	 */
	@Around("execution(* *(..)) && (@annotation(io.cancelscope.spring.CancelScoped)"
			+ " || @within(io.cancelscope.spring.CancelScoped))")
	public @Nullable Object inScope(ProceedingJoinPoint joinPoint) throws Throwable {
		return this.interceptor.invoke(new JoinPointInvocation(joinPoint));
	}

	@Override
	public int getOrder() {
		return this.order.getAsInt();
	}

}
