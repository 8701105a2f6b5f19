package io.cancelscope.spring.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is stopped when the scope is cancelled that executes it. Where no
 * scope is open, that costs the look for one.
 */
final class ScopeAwareStatement implements InvocationHandler {

	private final Statement target;

	private final Connection connection;

	private final ScopeAwareConnection watched;

	/** Made for the first result set that is read inside a scope. */
	private @Nullable Reading reading;

	private ScopeAwareStatement(Statement target, Connection connection, ScopeAwareConnection watched) {
		this.target = target;
		this.connection = connection;
		this.watched = watched;
	}

	/**
	 * Watches over a statement.
	 * @param connection what the statement says that its connection is
	 */
	static Statement of(Statement target, Connection connection, ScopeAwareConnection watched) {
		return (Statement) ProxyTypes.newProxy(target, new ScopeAwareStatement(target, connection, watched));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		String name = method.getName();
		if (name.startsWith("execute")) {
			return watch(proxy, execute(method, arguments));
		}
		return switch (name) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			case "getConnection" -> this.connection;
			case "getResultSet" -> watch(proxy, ScopeAwareConnection.call(this.target, method, arguments));
			case "getMoreResults", "close" -> leaveRows(method, arguments);
			default -> ScopeAwareConnection.call(this.target, method, arguments);
		};
	}

	private @Nullable Object execute(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		CancelScope current = CancelScope.current();
		StatementExecution.Call call = () -> ScopeAwareConnection.call(this.target, method, arguments);
		if (current instanceof OpenScope scope) {
			return StatementExecution.run(scope, this.target, this.watched.driver(this.target), this.watched.target(),
					this.watched.properties().abortAfter(), () -> this.watched.execute(current, this.target, call));
		}
		return this.watched.execute(current, this.target, call);
	}

	private @Nullable Object watch(Object proxy, @Nullable Object result) {
		if (!(result instanceof ResultSet rows && CancelScope.current() instanceof OpenScope)
				|| !this.watched.driver(this.target).fetchesLater(this.target)) {
			return result;
		}
		Reading reading = this.reading;
		if (reading == null) {
			reading = new Reading(this.target, this.watched);
			this.reading = reading;
		}
		return ScopeAwareResultSet.of(rows, (Statement) proxy, reading);
	}

	/** Some drivers read the rows that are left first. */
	private @Nullable Object leaveRows(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		Reading reading = this.reading;
		if (reading == null) {
			return ScopeAwareConnection.call(this.target, method, arguments);
		}
		try {
			return (CancelScope.current() instanceof OpenScope scope)
					? reading.read(scope, () -> ScopeAwareConnection.call(this.target, method, arguments))
					: ScopeAwareConnection.call(this.target, method, arguments);
		}
		finally {
			reading.close();
		}
	}

}
