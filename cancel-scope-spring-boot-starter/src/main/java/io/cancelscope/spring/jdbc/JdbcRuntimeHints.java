package io.cancelscope.spring.jdbc;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * The proxies, fields and methods that a native image has to know of.
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
		ReflectionHints reflection = hints.reflection();
		reflection.registerTypeIfPresent(classLoader, "com.zaxxer.hikari.HikariDataSource",
				(type) -> type.withField("pool"));
		reflection.registerTypeIfPresent(classLoader, "org.mariadb.jdbc.client.impl.StandardClient",
				(type) -> type.withField("socket"));
		registerMethod(reflection, classLoader, "org.mariadb.jdbc.Connection", "getClient");
		registerMethod(reflection, classLoader, "org.postgresql.PGConnection", "cancelQuery");
		registerMethod(reflection, classLoader, "org.apache.commons.dbcp2.DelegatingStatement", "getInnermostDelegate");
	}

	private static void registerMethod(ReflectionHints reflection, @Nullable ClassLoader classLoader, String type,
			String method) {
		reflection.registerTypeIfPresent(classLoader, type,
				(hint) -> hint.withMethod(method, List.of(), ExecutableMode.INVOKE));
	}

}
