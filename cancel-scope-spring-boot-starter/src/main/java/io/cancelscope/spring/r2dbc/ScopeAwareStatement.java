package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;

import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Behind the generated proxy of a batch, or of a statement that has interfaces of the
 * driver's own.
 */
final class ScopeAwareStatement implements InvocationHandler {

	private final Object target;

	private final ScopeAwareConnection connection;

	private ScopeAwareStatement(Object target, ScopeAwareConnection connection) {
		this.target = target;
		this.connection = connection;
	}

	/** Returns a generated proxy with all interfaces of a statement or batch. */
	static Object of(Object target, ScopeAwareConnection connection) {
		return InterfaceProxies.create(target, new ScopeAwareStatement(target, connection));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		switch (method.getName()) {
			case "equals":
				return arguments != null && proxy == arguments[0];
			case "hashCode":
				return System.identityHashCode(proxy);
			default:
				Object result = InterfaceProxies.call(this.target, method, arguments);
				if (result == this.target) {
					return proxy;
				}
				if (result instanceof Statement other) {
					return InterfaceProxies.ifPossible(method, SpiStatement.of(other, this.connection), other);
				}
				if (method.getName().equals("execute") && result instanceof Publisher<?> executed) {
					return ScopeAwarePublisher.of(executed, this.connection);
				}
				return result;
		}
	}

}
