package io.cancelscope.spring.aop;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;

/**
 * The execution of a method as AspectJ shows it, made to look as Spring shows it.
 */
final class JoinPointInvocation implements MethodInvocation {

	private final ProceedingJoinPoint joinPoint;

	JoinPointInvocation(ProceedingJoinPoint joinPoint) {
		this.joinPoint = joinPoint;
	}

	@Override
	public Method getMethod() {
		return ((MethodSignature) this.joinPoint.getSignature()).getMethod();
	}

	@Override
	public @Nullable Object[] getArguments() {
		return this.joinPoint.getArgs();
	}

	@Override
	public @Nullable Object proceed() throws Throwable {
		return this.joinPoint.proceed();
	}

	@Override
	public @Nullable Object getThis() {
		return this.joinPoint.getTarget();
	}

	/** The proxy, or the object itself where the aspect is in its class. */
	@Nullable Object proxy() {
		return this.joinPoint.getThis();
	}

	@Override
	public AccessibleObject getStaticPart() {
		return getMethod();
	}

}
