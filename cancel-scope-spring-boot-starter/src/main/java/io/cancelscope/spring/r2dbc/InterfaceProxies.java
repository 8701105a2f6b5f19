package io.cancelscope.spring.r2dbc;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.Wrapped;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NativeDetector;
import org.springframework.util.ClassUtils;

/**
 * Makes proxies that have all public interfaces of what is behind them, the driver's own
 * included. A native image has only the proxies that it was built with: there they have
 * the interfaces of R2DBC.
 */
final class InterfaceProxies {

	/** What proxies are made of. */
	static final List<Class<?>> TYPES = List.of(Connection.class, Statement.class, Batch.class, Result.class);

	/** Looked up once for each class: each statement has a proxy. */
	private static final ClassValue<Constructor<?>> CONSTRUCTORS = new ClassValue<>() {

		@Override
		protected Constructor<?> computeValue(Class<?> type) {
			// Only to learn the class: a handler that is never called will do.
			Object any = Proxy.newProxyInstance(loaderOf(type), interfaces(type, NativeDetector.inNativeImage()),
					(proxy, method, arguments) -> null);
			try {
				return any.getClass().getConstructor(InvocationHandler.class);
			}
			catch (NoSuchMethodException ex) {
				throw new IllegalStateException(ex);
			}
		}

	};

	private InterfaceProxies() {
	}

	static Object create(Object target, InvocationHandler handler) {
		try {
			return CONSTRUCTORS.get(target.getClass()).newInstance(handler);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Creates a proxy if a method with this return type can return it. */
	static Object createFor(Method method, Object target, InvocationHandler handler) {
		Object proxy = create(target, handler);
		return method.getReturnType().isInstance(proxy) ? proxy : target;
	}

	static Class<?>[] interfaces(Class<?> type, boolean inNativeImage) {
		if (inNativeImage) {
			return Stream.concat(TYPES.stream(), Stream.of(Wrapped.class))
				.filter((candidate) -> candidate.isAssignableFrom(type))
				.toArray(Class<?>[]::new);
		}
		return Arrays.stream(ClassUtils.getAllInterfacesForClass(type, loaderOf(type)))
			.filter((candidate) -> Modifier.isPublic(candidate.getModifiers()))
			.toArray(Class<?>[]::new);
	}

	private static ClassLoader loaderOf(Class<?> type) {
		ClassLoader loader = type.getClassLoader();
		return (loader != null) ? loader : InterfaceProxies.class.getClassLoader();
	}

	/** Calls a method of what is behind a proxy. */
	static @Nullable Object call(Object target, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
