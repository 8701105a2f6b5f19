package io.cancelscope.spring;

import io.cancelscope.CancelScope;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * The scope that a call takes along to the thread that runs it: advice outside of
 * {@code @Async} puts it into the invocation, and advice inside takes it out. For
 * features.
 */
public final class InvocationScope {

	private static final String ATTRIBUTE = CancelScope.class.getName();

	private InvocationScope() {
	}

	/**
	 * Puts a scope into an invocation, in place of the one that is there.
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
