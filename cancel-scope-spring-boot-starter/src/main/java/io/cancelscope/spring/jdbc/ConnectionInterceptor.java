package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Around the methods of a {@code DataSource}: bounds the wait for a connection, and
 * watches over the connection that comes out.
 */
final class ConnectionInterceptor implements MethodInterceptor {

	static final String METHOD = "getConnection";

	private final Supplier<JdbcCancelProperties> properties;

	ConnectionInterceptor(Supplier<JdbcCancelProperties> properties) {
		this.properties = properties;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		if (!invocation.getMethod().getName().equals(METHOD)) {
			giveBackItsOwn(invocation.getArguments());
			return invocation.proceed();
		}
		JdbcCancelProperties properties = this.properties.get();
		Object connection = (CancelScope.current() instanceof OpenScope scope)
				? connect(scope, invocation, properties.interruptWaiting()) : invocation.proceed();
		if (invocation instanceof ProxyMethodInvocation call) {
			HikariPoolField.copy(invocation.getThis(), call.getProxy());
		}
		return (connection instanceof Connection found) ? WatchedConnection.of(found, properties) : connection;
	}

	/** A data source that is asked about a connection knows the one that it made. */
	private static void giveBackItsOwn(@Nullable Object[] arguments) {
		for (int i = 0; i < arguments.length; i++) {
			if (arguments[i] instanceof Connection connection) {
				arguments[i] = WatchedConnection.targetOf(connection);
			}
		}
	}

	private static @Nullable Object connect(OpenScope scope, MethodInvocation invocation, boolean interrupt)
			throws Throwable {
		Cancelled.refuse(scope, "No connection was asked for");
		if (!interrupt) {
			return invocation.proceed();
		}
		try {
			return scope.<@Nullable Object, Exception>interruptibly((waiting) -> proceed(invocation));
		}
		catch (RuntimeException ex) {
			throw (ScopeCancelledException.findIn(ex) != null)
					? Cancelled.exception("The wait for a connection was given up", ex, null) : ex;
		}
	}

	@SuppressWarnings("NullAway") // a lambda can't say that its result may be null
	private static Object proceed(MethodInvocation invocation) throws Exception {
		try {
			return invocation.proceed();
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new SQLException(ex);
		}
	}

}
