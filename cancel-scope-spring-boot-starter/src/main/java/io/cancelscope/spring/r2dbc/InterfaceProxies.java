package io.cancelscope.spring.r2dbc;

import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
 * included, and tells where no such proxy is needed. Sealed interfaces are left out: only
 * classes of their own library can implement them. A native image has only the proxies
 * that it was built with: there they have the interfaces of R2DBC.
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

	private static final ClassValue<Shape> SHAPES = new ClassValue<>() {

		@Override
		protected Shape computeValue(Class<?> type) {
			return Shape.of(Arrays.stream(interfaces(type, NativeDetector.inNativeImage()))
				// Of every generated proxy. Nobody serializes a connection.
				.filter((candidate) -> candidate != Serializable.class)
				.collect(Collectors.toSet()));
		}

	};

	private InterfaceProxies() {
	}

	static Shape shapeOf(Object target) {
		return SHAPES.get(target.getClass());
	}

	static Object create(Object target, InvocationHandler handler) {
		try {
			return CONSTRUCTORS.get(target.getClass()).newInstance(handler);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Returns what stands in front, if a method with this return type can return it. */
	static Object ifPossible(Method method, Object front, Object target) {
		return method.getReturnType().isInstance(front) ? front : target;
	}

	static Class<?>[] interfaces(Class<?> type, boolean inNativeImage) {
		if (inNativeImage) {
			return Stream.concat(TYPES.stream(), Stream.of(Wrapped.class))
				.filter((candidate) -> candidate.isAssignableFrom(type))
				.toArray(Class<?>[]::new);
		}
		return Arrays.stream(ClassUtils.getAllInterfacesForClass(type, loaderOf(type)))
			.flatMap(InterfaceProxies::implementable)
			.distinct()
			.toArray(Class<?>[]::new);
	}

	/** Returns the interface, or what it extends if no proxy can implement it. */
	private static Stream<Class<?>> implementable(Class<?> type) {
		return (Modifier.isPublic(type.getModifiers()) && !type.isSealed()) ? Stream.of(type)
				: Arrays.stream(type.getInterfaces()).flatMap(InterfaceProxies::implementable);
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

	/**
	 * Which interfaces are to be kept.
	 */
	enum Shape {

		/** A connection or statement of R2DBC. */
		SPI,

		/** A connection of R2DBC that tells what is behind it. */
		SPI_WRAPPER,

		/** Others, such as those of a driver. */
		OWN;

		static Shape of(Set<Class<?>> interfaces) {
			if (interfaces.equals(Set.of(Connection.class)) || interfaces.equals(Set.of(Statement.class))) {
				return SPI;
			}
			return interfaces.equals(Set.of(Connection.class, Wrapped.class)) ? SPI_WRAPPER : OWN;
		}

	}

}
