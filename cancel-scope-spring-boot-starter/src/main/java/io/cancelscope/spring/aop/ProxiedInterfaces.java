package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

import org.springframework.aop.framework.Advised;
import org.springframework.util.ClassUtils;

/**
 * Annotated interfaces of a proxy that its target doesn't implement, such as a Spring
 * Data repository's: what stands there counts for the methods that it has, whoever
 * declares them.
 */
record ProxiedInterfaces(CancelScopedSource source, List<Class<?>> types) {

	static ProxiedInterfaces none(CancelScopedSource source) {
		return new ProxiedInterfaces(source, List.of());
	}

	static ProxiedInterfaces of(CancelScopedSource source, Object bean, Class<?> userClass) {
		if (!(bean instanceof Advised advised)) {
			return none(source);
		}
		return new ProxiedInterfaces(source,
				Arrays.stream(advised.getProxiedInterfaces())
					.filter((type) -> !type.isAssignableFrom(userClass) && source.isCandidate(type))
					.toList());
	}

	/** The class or interface whose annotations count for calls of the method. */
	Class<?> annotatedClass(Method method, Class<?> targetClass) {
		for (Class<?> type : this.types) {
			if (ClassUtils.hasMethod(type, method.getName(), method.getParameterTypes())
					&& this.source.isMeantFor(method, type)) {
				return type;
			}
		}
		return targetClass;
	}

}
