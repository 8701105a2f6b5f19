package io.cancelscope.spring.jdbc;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import org.springframework.util.ClassUtils;

/**
 * Makes proxies that have all public interfaces of what is behind them, the driver's own
 * included. One class per class of the driver's, looked up once.
 */
final class ProxyTypes {

	private static final ClassValue<Constructor<?>> CONSTRUCTORS = new ClassValue<>() {

		@Override
		protected Constructor<?> computeValue(Class<?> type) {
			Class<?>[] interfaces = interfacesOf(type);
			// Only to learn the class: a handler that is never called will do.
			Object any = Proxy.newProxyInstance(loaderOf(type), interfaces, (proxy, method, arguments) -> null);
			try {
				return any.getClass().getConstructor(InvocationHandler.class);
			}
			catch (NoSuchMethodException ex) {
				throw new IllegalStateException(ex);
			}
		}

	};

	private ProxyTypes() {
	}

	static Object newProxy(Object target, InvocationHandler handler) {
		try {
			return CONSTRUCTORS.get(target.getClass()).newInstance(handler);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static ClassLoader loaderOf(Class<?> type) {
		ClassLoader loader = type.getClassLoader();
		return (loader != null) ? loader : ProxyTypes.class.getClassLoader();
	}

	/** Those that another one brings along are left out. */
	private static Class<?>[] interfacesOf(Class<?> type) {
		List<Class<?>> found = new ArrayList<>();
		for (Class<?> candidate : ClassUtils.getAllInterfacesForClass(type, loaderOf(type))) {
			if (Modifier.isPublic(candidate.getModifiers()) && found.stream().noneMatch(candidate::isAssignableFrom)) {
				found.removeIf((known) -> known.isAssignableFrom(candidate));
				found.add(candidate);
			}
		}
		return found.toArray(Class<?>[]::new);
	}

}
