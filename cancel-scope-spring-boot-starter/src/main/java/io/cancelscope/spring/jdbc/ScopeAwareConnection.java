package io.cancelscope.spring.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose statements are stopped when the scope is cancelled that executes
 * them. Commit, rollback and all else that talks to the database is not stopped, and not
 * interrupted by us either.
 */
final class ScopeAwareConnection implements InvocationHandler {

	private static final Set<String> ENDING = Set.of("commit", "rollback", "setAutoCommit", "close");

	private final Connection target;

	private final CancelScopeJdbcProperties properties;

	/** Only for the thread that uses the connection. */
	private @Nullable ServerTimeout serverTimeout;

	/** Found when the first statement is executed in a scope. */
	private volatile @Nullable DriverConnection driver;

	private ScopeAwareConnection(Connection target, CancelScopeJdbcProperties properties) {
		this.target = target;
		this.properties = properties;
	}

	/** Watches over a connection, unless that is done already. */
	static Connection of(Connection target, CancelScopeJdbcProperties properties) {
		if (targetOf(target) != target) {
			return target;
		}
		return (Connection) ProxyTypes.newProxy(target, new ScopeAwareConnection(target, properties));
	}

	/** The connection that is watched over; another one is returned as it is. */
	static Connection targetOf(Connection connection) {
		return (Proxy.isProxyClass(connection.getClass())
				&& Proxy.getInvocationHandler(connection) instanceof ScopeAwareConnection watched) ? watched.target
						: connection;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		forgetTimeout(method.getName());
		return switch (method.getName()) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			case "toString", "unwrap", "isWrapperFor", "isClosed" -> call(this.target, method, arguments);
			case "rollback" -> rollBack(method, arguments);
			default -> watch(proxy, masked(method, arguments));
		};
	}

	/**
	 * A database undoes by itself what an aborted connection did. A rollback that fails
	 * for it would only hide the scope's exception behind its own.
	 */
	private @Nullable Object rollBack(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		try {
			return masked(method, arguments);
		}
		catch (SQLException ex) {
			DriverConnection driver = this.driver;
			if (driver != null && driver.isAborted()) {
				return null;
			}
			throw ex;
		}
	}

	/** The connection as the pool handed it out. */
	Connection target() {
		return this.target;
	}

	/**
	 * The driver's own connection.
	 * @param statement one of this connection's that is not being executed
	 */
	DriverConnection driver(Statement statement) {
		DriverConnection driver = this.driver;
		if (driver == null) {
			driver = DriverConnection.of(statement, this.target);
			this.driver = driver;
		}
		return driver;
	}

	CancelScopeJdbcProperties properties() {
		return this.properties;
	}

	/**
	 * Executes a statement, with the deadline of the scope told to the server if that is
	 * wanted.
	 */
	@Nullable Object execute(CancelScope scope, Statement statement, StatementExecution.Call call) throws Throwable {
		if (!this.properties.serverTimeout()) {
			return call.proceed();
		}
		ServerTimeout timeout = this.serverTimeout;
		if (timeout == null) {
			timeout = driver(statement).serverTimeout();
			this.serverTimeout = timeout;
		}
		return timeout.execute(scope, statement, call);
	}

	/** What may end a transaction, or part of it. */
	private void forgetTimeout(String method) {
		ServerTimeout timeout = this.serverTimeout;
		if (timeout != null && ENDING.contains(method)) {
			timeout.forget();
		}
	}

	private @Nullable Object masked(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		return (CancelScope.current() instanceof OpenScope)
				? MaskedCalls.call(() -> call(this.target, method, arguments)) : call(this.target, method, arguments);
	}

	private @Nullable Object watch(Object proxy, @Nullable Object result) {
		return (result instanceof Statement statement) ? ScopeAwareStatement.of(statement, (Connection) proxy, this)
				: result;
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
