package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

import io.cancelscope.spring.OneLineLog;

/**
 * The fallbacks of a bean that no proxy reaches although they have annotations that act
 * by one, such as {@code @Transactional}.
 */
final class UnreachedFallbacks {

	private static final OneLineLog logger = OneLineLog.of(UnreachedFallbacks.class);

	private UnreachedFallbacks() {
	}

	/** Says which annotations have no effect, if there are any. */
	static void report(String beanName, Collection<CancelScopedOperation> operations, Class<?> userClass,
			Set<Class<?>> types, boolean extended) {
		Set<String> unreached = new TreeSet<>();
		for (CancelScopedOperation operation : operations) {
			FallbackMethod fallback = operation.fallback();
			if (fallback != null && fallback.isAnnotatedForProxies()) {
				Method method = fallback.method();
				String obstacle = CancelScopedMethods.obstacleOf(method, userClass, types, extended);
				if (obstacle != null) {
					unreached
						.add(method.getDeclaringClass().getName() + "#" + method.getName() + " (" + obstacle + ")");
				}
			}
		}
		if (!unreached.isEmpty()) {
			logger.warn("Bean '" + beanName + "': the annotations of the fallback " + String.join(", ", unreached)
					+ " have no effect. Make the fallback a method that other beans can call, or move the annotations to such"
					+ " a method.");
		}
	}

}
