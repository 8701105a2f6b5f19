package io.cancelscope.spring;

import io.cancelscope.CancelScope;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * The scope that is propagated with a method call to the thread that runs it. Advice
 * outside {@code @Async} stores the scope in the invocation, and advice inside reads it.
 * For features.
 */
public final class InvocationScope {

	private static final String ATTRIBUTE = CancelScope.class.getName();

	private InvocationScope() {
	}

	/**
	 * Stores a scope in an invocation and replaces a previous one.
	 * @param invocation the call
	 * @param scope the scope
	 */
	public static void put(ProxyMethodInvocation invocation, CancelScope scope) {
		invocation.setUserAttribute(ATTRIBUTE, scope);
	}

	/**
	 * Returns the scope in an invocation.
	 * @param invocation the call
	 * @return the scope, or {@code null} if there is none
	 */
	public static @Nullable CancelScope of(MethodInvocation invocation) {
		return (invocation instanceof ProxyMethodInvocation call
				&& call.getUserAttribute(ATTRIBUTE) instanceof CancelScope scope) ? scope : null;
	}

}
