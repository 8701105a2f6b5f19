package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
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

	private final Supplier<CancelScopeJdbcProperties> properties;

	ConnectionInterceptor(Supplier<CancelScopeJdbcProperties> properties) {
		this.properties = properties;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		if (!invocation.getMethod().getName().equals(METHOD)) {
			giveBackItsOwn(invocation.getArguments());
			return invocation.proceed();
		}
		CancelScopeJdbcProperties properties = this.properties.get();
		Object connection = (CancelScope.current() instanceof OpenScope scope)
				? Borrowing.of(invocation).run(scope, properties.interruptWaiting()) : invocation.proceed();
		if (invocation instanceof ProxyMethodInvocation call) {
			HikariPoolField.copy(invocation.getThis(), call.getProxy());
		}
		return (connection instanceof Connection found) ? ScopeAwareConnection.of(found, properties) : connection;
	}

	/** A data source that is asked about a connection knows the one that it made. */
	private static void giveBackItsOwn(@Nullable Object[] arguments) {
		for (int i = 0; i < arguments.length; i++) {
			if (arguments[i] instanceof Connection connection) {
				arguments[i] = ScopeAwareConnection.targetOf(connection);
			}
		}
	}

}
