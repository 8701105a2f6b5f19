package io.cancelscope.spring.jdbc;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * The proxies that a native image has to know of.
 */
final class JdbcRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.proxies()
			.registerJdkProxy(Connection.class)
			.registerJdkProxy(Statement.class)
			.registerJdkProxy(PreparedStatement.class)
			.registerJdkProxy(CallableStatement.class)
			.registerJdkProxy(ResultSet.class);
	}

}
