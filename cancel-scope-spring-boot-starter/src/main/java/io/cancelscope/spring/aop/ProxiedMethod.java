package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds what a proxy offers of a method of its target.
 */
final class ProxiedMethod {

	private ProxiedMethod() {
	}

	/**
	 * Returns the method by which the proxy is to be called, so that its advice runs, or
	 * {@code null} if it has none: the method is private, static or final, or in no
	 * interface of a JDK proxy.
	 */
	static @Nullable Method find(Method method, Object proxy) {
		int modifiers = method.getModifiers();
		if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers)) {
			return null;
		}
		if (AopUtils.isCglibProxy(proxy)) {
			return (!Modifier.isFinal(modifiers) && isVisible(method, proxy.getClass())) ? method : null;
		}
		return AopUtils.isJdkDynamicProxy(proxy) ? inAnInterface(method, (Advised) proxy) : null;
	}

	/** Where it is not, the method would run on the proxy itself, which has no state. */
	private static boolean isVisible(Method method, Class<?> proxyClass) {
		Class<?> declaring = method.getDeclaringClass();
		return declaring.isAssignableFrom(proxyClass) && (Modifier.isPublic(method.getModifiers())
				|| (declaring.getPackageName().equals(proxyClass.getPackageName())
						&& declaring.getClassLoader() == proxyClass.getClassLoader()));
	}

	private static @Nullable Method inAnInterface(Method method, Advised proxy) {
		for (Class<?> type : proxy.getProxiedInterfaces()) {
			for (Method candidate : type.getMethods()) {
				if (isImplementedBy(method, candidate)) {
					ReflectionUtils.makeAccessible(candidate);
					return candidate;
				}
			}
		}
		return null;
	}

	private static boolean isImplementedBy(Method method, Method candidate) {
		return candidate.getName().equals(method.getName())
				&& candidate.getParameterCount() == method.getParameterCount()
				&& AopUtils.getMostSpecificMethod(candidate, method.getDeclaringClass()).equals(method);
	}

}
