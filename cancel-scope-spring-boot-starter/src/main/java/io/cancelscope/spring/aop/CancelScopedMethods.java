package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;

/**
 * The annotated methods of one bean: those a proxy reaches, and those it doesn't.
 *
 * @param woven the methods that a proxy is to advise
 * @param wovenInCode the methods that the load-time weaver has advised
 * @param unweavable the methods it was meant for, each with what keeps it from them
 */
record CancelScopedMethods(Set<Method> woven, Set<Method> wovenInCode, List<String> unweavable) {

	private static final OneLineLog logger = OneLineLog.of(CancelScopedMethods.class);

	/** The types of the bean and of its proxy, if it has one. */
	static Set<Class<?>> typesOf(Object bean, Class<?> userClass) {
		Set<Class<?>> types = new LinkedHashSet<>(CancelScopedSource.hierarchyOf(userClass));
		if (bean instanceof Advised advised) {
			for (Class<?> type : advised.getProxiedInterfaces()) {
				types.addAll(CancelScopedSource.hierarchyOf(type));
			}
		}
		return types;
	}

	/**
	 * Looks at a bean.
	 * @param types the types of the bean and of its proxy, if it has one
	 * @param extended whether the proxy is a subclass of the bean's class
	 * @param interfaces what the proxy has and the bean's class hasn't
	 */
	static CancelScopedMethods of(CancelScopedSource source, Class<?> userClass, Set<Class<?>> types, boolean extended,
			ProxiedInterfaces interfaces) {
		Set<Method> woven = new LinkedHashSet<>();
		Set<Method> wovenInCode = new LinkedHashSet<>();
		Set<String> unweavable = new TreeSet<>();
		for (Class<?> type : types) {
			for (Method method : CancelScopedSource.declaredMethods(type)) {
				Class<?> annotated = interfaces.annotatedClass(method, userClass);
				if (!source.isMeantFor(method, annotated)) {
					continue;
				}
				String obstacle = obstacle(method, annotated, types, extended);
				if (source.isWoven(method, annotated)) {
					wovenInCode.add(method);
				}
				else if (obstacle == null) {
					woven.add(method);
				}
				else if (!method.isSynthetic()) {
					unweavable.add(obstacle);
				}
			}
		}
		return new CancelScopedMethods(woven, wovenInCode, List.copyOf(unweavable));
	}

	/** The same where the aspect weaves: it doesn't see all that a proxy reaches. */
	CancelScopedMethods reachedByAspect(Class<?> userClass) {
		Set<Method> reached = new LinkedHashSet<>();
		Set<String> obstacles = new TreeSet<>(this.unweavable);
		for (Method method : this.woven) {
			Method specific = AopUtils.getMostSpecificMethod(method, userClass);
			if (specific.isAnnotationPresent(CancelScoped.class)
					|| specific.getDeclaringClass().isAnnotationPresent(CancelScoped.class)) {
				reached.add(method);
			}
			else {
				obstacles.add(specific.getDeclaringClass().getName() + "#" + specific.getName()
						+ " (the aspect sees annotations only on the method itself and on its class)");
			}
		}
		return new CancelScopedMethods(reached, this.wovenInCode, List.copyOf(obstacles));
	}

	/** All that have a scope when they are called. */
	Set<Method> all() {
		Set<Method> all = new LinkedHashSet<>(this.woven);
		all.addAll(this.wovenInCode);
		return all;
	}

	/**
	 * Says which annotations have no effect, if there are any.
	 * @throws InvalidCancelScopedException if that is to fail
	 */
	void reportUnweavable(String beanName, boolean fail) {
		if (this.unweavable.isEmpty()) {
			return;
		}
		String description = "Bean '" + beanName + "': @CancelScoped has no effect on "
				+ String.join(", ", this.unweavable) + ".";
		String action = "Move the annotation to a method that other beans call and that is neither private,"
				+ " static nor final, in a class that is not final; or open the scope in the code"
				+ " with CancelScopes.run(…) or call(…).";
		if (fail) {
			throw new InvalidCancelScopedException(description, action, null);
		}
		logger.warn(description + " " + action);
	}

	private static @Nullable String obstacle(Method method, Class<?> userClass, Set<Class<?>> types, boolean extended) {
		if (extended && Modifier.isFinal(userClass.getModifiers())) {
			return userClass.getName() + " (the class is final)";
		}
		String obstacle = obstacleOf(method, userClass, types, extended);
		return (obstacle != null)
				? method.getDeclaringClass().getName() + "#" + method.getName() + " (" + obstacle + ")" : null;
	}

	/** What keeps a proxy from the method, or {@code null}. */
	static @Nullable String obstacleOf(Method method, Class<?> userClass, Set<Class<?>> types, boolean extended) {
		int modifiers = method.getModifiers();
		if (Modifier.isPrivate(modifiers)) {
			return "the method is private";
		}
		if (Modifier.isStatic(modifiers)) {
			return "the method is static";
		}
		if (extended && Modifier.isFinal(modifiers)) {
			return "the method is final";
		}
		if (!extended && types.stream()
			.noneMatch((type) -> type.isInterface() && CancelScopedSource.declares(type, method, userClass))) {
			return "the method is in no interface of the JDK proxy";
		}
		return null;
	}

}
