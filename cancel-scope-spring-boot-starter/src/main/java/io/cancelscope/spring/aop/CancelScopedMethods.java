package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The annotated methods of one bean: those a proxy reaches, and those it doesn't.
 *
 * @param woven the methods that the annotation applies to
 * @param unweavable the methods it was meant for, each with what keeps it from them
 */
record CancelScopedMethods(Set<Method> woven, List<String> unweavable) {

	/**
	 * Looks at a bean.
	 * @param types the types of the bean and of its proxy, if it has one
	 * @param extended whether the proxy is a subclass of the bean's class
	 */
	static CancelScopedMethods of(CancelScopedSource source, Class<?> userClass, Set<Class<?>> types,
			boolean extended) {
		if (extended && Modifier.isFinal(userClass.getModifiers())) {
			return new CancelScopedMethods(Set.of(), List.of(userClass.getName() + " (the class is final)"));
		}
		Set<Method> woven = new LinkedHashSet<>();
		List<String> unweavable = new ArrayList<>();
		for (Class<?> type : types) {
			for (Method method : CancelScopedSource.declaredMethods(type)) {
				String obstacle = obstacle(method, userClass, types, extended);
				if (obstacle == null && source.appliesTo(method, userClass)) {
					woven.add(method);
				}
				else if (obstacle != null && !method.isSynthetic()
						&& (CancelScopedSource.isAnnotated(method) || source.appliesTo(method, userClass))) {
					unweavable
						.add(method.getDeclaringClass().getName() + "#" + method.getName() + " (" + obstacle + ")");
				}
			}
		}
		unweavable.sort(null);
		return new CancelScopedMethods(woven, unweavable);
	}

	private static @Nullable String obstacle(Method method, Class<?> userClass, Set<Class<?>> types, boolean extended) {
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
