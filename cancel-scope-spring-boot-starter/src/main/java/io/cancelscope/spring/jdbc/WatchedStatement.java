package io.cancelscope.spring.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.Statement;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is stopped when the scope is cancelled that executes it. Where no
 * scope is open, that costs the look for one.
 */
final class WatchedStatement implements InvocationHandler {

	private final Statement target;

	private final Connection connection;

	private final WatchedConnection watched;

	private WatchedStatement(Statement target, Connection connection, WatchedConnection watched) {
		this.target = target;
		this.connection = connection;
		this.watched = watched;
	}

	/**
	 * Watches over a statement.
	 * @param connection what the statement says that its connection is
	 */
	static Statement of(Statement target, Connection connection, WatchedConnection watched) {
		return (Statement) ProxyTypes.newProxy(target, new WatchedStatement(target, connection, watched));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		String name = method.getName();
		if (name.startsWith("execute")) {
			return execute(method, arguments);
		}
		return switch (name) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			case "getConnection" -> this.connection;
			default -> WatchedConnection.call(this.target, method, arguments);
		};
	}

	private @Nullable Object execute(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		if (CancelScope.current() instanceof OpenScope scope) {
			return Execution.run(scope, this.target, this.watched.driver(this.target), this.watched.target(),
					this.watched.properties().abortAfter(),
					() -> WatchedConnection.call(this.target, method, arguments));
		}
		return WatchedConnection.call(this.target, method, arguments);
	}

}
