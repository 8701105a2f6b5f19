package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;

import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Statement;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Behind the generated proxy of a connection that has interfaces of the driver's own.
 */
final class ConnectionProxy implements InvocationHandler {

	private final Connection target;

	private final ScopeAwareConnection watched;

	ConnectionProxy(Connection target, ScopeAwareConnection watched) {
		this.target = target;
		this.watched = watched;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		String name = method.getName();
		if (name.equals("equals")) {
			return arguments != null && proxy == arguments[0];
		}
		if (name.equals("hashCode")) {
			return System.identityHashCode(proxy);
		}
		Object result = InterfaceProxies.call(this.target, method, arguments);
		if (result instanceof Statement statement) {
			return InterfaceProxies.ifPossible(method, SpiStatement.of(statement, this.watched), statement);
		}
		if (result instanceof Batch) {
			return InterfaceProxies.ifPossible(method, ScopeAwareStatement.of(result, this.watched), result);
		}
		Step step = Step.of(name);
		if (step != null && result instanceof Publisher<?> publisher) {
			Object argument = (arguments != null && arguments.length > 0) ? arguments[0] : null;
			return this.watched.before(step, argument, publisher);
		}
		return result;
	}

}
