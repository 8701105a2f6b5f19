package io.cancelscope.spring.aop;

import java.util.function.IntSupplier;

import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * The door from an AspectJ aspect to the invoker: a bean where the property
 * {@code cancel-scope.weaving} is {@code aspect}, and what the load-time weaver puts into
 * the classes themselves where it is told to.
 * <p>
 * As a bean, its place among the user's aspects is given by
 * {@code cancel-scope.aspect.order}. Whatever the order is, it lies inside
 * {@code @ConcurrencyLimit} and {@code @Retryable}: each attempt has a budget of its own.
 * For {@code @Async} methods, advice outside of that has opened the scope, and the aspect
 * leaves it at that. It sees annotations that stand on the method or on its class; those
 * on interfaces and within other annotations are out of an aspect's reach.
 * <p>
 * As part of the classes it is the innermost, and reaches private and static methods,
 * calls within an object, and objects that are no beans.
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
	 * Returns the aspect that is in woven classes. The weaver would write this method
	 * itself, but only if the application's {@code aop.xml} named this class for weaving,
	 * too.
	 * @return the one instance
	 */
	public static CancelScopedAspect aspectOf() {
		return woven;
	}

	/**
	 * Returns whether there is an aspect in woven classes.
	 * @return always {@code true}
	 */
	public static boolean hasAspect() {
		return true;
	}

	/**
	 * Runs an annotated method in its scope.
	 * @param joinPoint the method's execution
	 * @return what the method or its fallback returned
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
