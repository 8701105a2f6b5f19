package io.cancelscope;

import java.lang.reflect.Method;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * An OutOfMemoryError that a test throws on purpose, and that comes out where it should
 * not, fails that test. JUnit would take it for real, and give up all the others.
 */
final class JvmErrorsFail implements InvocationInterceptor {

	@Override
	public void interceptTestTemplateMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method,
			ExtensionContext context) throws Throwable {
		try {
			invocation.proceed();
		}
		catch (OutOfMemoryError ex) {
			throw new AssertionError("It came out of the test: " + ex, ex);
		}
	}

}
