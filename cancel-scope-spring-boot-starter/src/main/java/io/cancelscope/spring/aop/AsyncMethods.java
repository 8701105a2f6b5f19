package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.aop.Pointcut;

/**
 * The methods of one bean that are {@code @Async}, as its proxy decides.
 */
final class AsyncMethods {

	private final Pointcut pointcut;

	private final Map<Method, Boolean> known = new ConcurrentHashMap<>();

	AsyncMethods(Pointcut pointcut) {
		this.pointcut = pointcut;
	}

	boolean cover(Method method, Class<?> targetClass) {
		Boolean known = this.known.get(method);
		if (known == null) {
			known = this.pointcut.getClassFilter().matches(targetClass)
					&& this.pointcut.getMethodMatcher().matches(method, targetClass);
			this.known.put(method, known);
		}
		return known;
	}

}
