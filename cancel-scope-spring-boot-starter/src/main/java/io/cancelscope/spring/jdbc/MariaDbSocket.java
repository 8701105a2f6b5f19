package io.cancelscope.spring.jdbc;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.Socket;
import java.sql.Connection;

import io.cancelscope.spring.ChangedLibrary;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The socket of MariaDB's driver. Its {@code abort} has the server end the statement, for
 * which it connects once more. Where that fails, it reads from the socket on which the
 * statement waits, and so waits for the statement. Limitation: seen with 3.5.10; where
 * its fields have other names, it stays with the abort.
 */
final class MariaDbSocket {

	private static final String CONNECTION = "org.mariadb.jdbc.Connection";

	private static final String CLIENT = "org.mariadb.jdbc.client.impl.StandardClient";

	private MariaDbSocket() {
	}

	/**
	 * Closes it.
	 * @param connection of any driver's
	 * @return whether there was one
	 */
	static boolean close(Connection connection) {
		Socket socket = find(connection);
		if (socket == null) {
			return false;
		}
		try {
			socket.close();
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	static @Nullable Socket find(Connection connection) {
		if (!connection.getClass().getName().equals(CONNECTION)) {
			return null;
		}
		Method getClient = ReflectionUtils.findMethod(connection.getClass(), "getClient");
		if (getClient == null) {
			return unknown(connection.getClass(), "a method 'getClient'");
		}
		Object client = ReflectionUtils.invokeMethod(getClient, connection);
		Class<?> type = (client != null) ? SuperTypes.find(client.getClass(), CLIENT) : null;
		if (type == null) {
			return null; // closed, or of multiple hosts
		}
		Field field = ReflectionUtils.findField(type, "socket", Socket.class);
		return (field != null && field.trySetAccessible()) ? (Socket) ReflectionUtils.getField(field, client)
				: unknown(type, "a field 'socket'");
	}

	private static @Nullable Socket unknown(Class<?> type, String assumption) {
		ChangedLibrary.report(type, assumption,
				"aborting a connection waits for its statement where the server accepts no other connection");
		return null;
	}

}
