package io.cancelscope.spring.aop;

import java.lang.reflect.Method;

import org.springframework.aop.support.StaticMethodMatcherPointcut;

/**
 * Picks the methods that the annotation applies to. The class is not filtered here: a
 * proxy may implement annotated interfaces that its target knows nothing about.
 */
final class CancelScopedPointcut extends StaticMethodMatcherPointcut {

	private final CancelScopedSource source;

	private final ProxiedInterfaces interfaces;

	CancelScopedPointcut(CancelScopedSource source, ProxiedInterfaces interfaces) {
		this.source = source;
		this.interfaces = interfaces;
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		return this.source.appliesTo(method, this.interfaces.annotatedClass(method, targetClass));
	}

}
