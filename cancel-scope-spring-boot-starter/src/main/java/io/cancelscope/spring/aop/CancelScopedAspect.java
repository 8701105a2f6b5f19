package io.cancelscope.spring.aop;

import java.util.function.IntSupplier;

import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * AspectJ aspect that opens the scopes of annotated methods. It is a bean if the property
 * {@code cancel-scope.weaving} is {@code aspect}, and part of the classes themselves if
 * the load-time weaver applies it.
 * <p>
 * As a bean, it is ordered among the aspects of the application by
 * {@code cancel-scope.aspect.order}. It is always inside {@code @ConcurrencyLimit} and
 * {@code @Retryable}: each attempt has a separate budget. For {@code @Async} methods,
 * advice outside it has already opened the scope, and the aspect opens none. It supports
 * annotations on the method or on its class, and not annotations on interfaces or
 * meta-annotations.
 * <p>
 * As part of the classes it is the innermost advice. It then applies to private and
 * static methods, to calls within an object, and to objects that are not beans.
 */
@Aspect
public final class CancelScopedAspect implements Ordered {

	private static final CancelScopedAspect woven = new CancelScopedAspect(new WovenInterceptor(), () -> 0);

	private final MethodInterceptor interceptor;

	private final IntSupplier order;

	CancelScopedAspect(MethodInterceptor interceptor, IntSupplier order) {
		this.interceptor = interceptor;
		this.order = order;
	}

	/**
	 * Returns the aspect of woven classes. AspectJ requires this method. The weaver would
	 * generate it only if the application's {@code aop.xml} included this class for
	 * weaving.
	 * @return the single instance
	 */
	public static CancelScopedAspect aspectOf() {
		return woven;
	}

	/**
	 * Returns whether woven classes have an aspect. AspectJ requires this method.
	 * @return always {@code true}
	 */
	public static boolean hasAspect() {
		return true;
	}

	/**
	 * Runs an annotated method in its scope.
	 * @param joinPoint the execution of the method
	 * @return the result of the method or of its fallback
	 * @throws Throwable if the method, its fallback or a check throws it
	 */
	@Around(value = "execution(* *(..)) && @annotation(io.cancelscope.spring.CancelScoped)"
			+ " || execution(public !static * *(..)) && @within(io.cancelscope.spring.CancelScoped)",
			argNames = "joinPoint")
	public @Nullable Object inScope(ProceedingJoinPoint joinPoint) throws Throwable {
		return this.interceptor.invoke(new JoinPointInvocation(joinPoint));
	}

	@Override
	public int getOrder() {
		return this.order.getAsInt();
	}

}
