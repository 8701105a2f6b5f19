package io.cancelscope.spring.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.List;

import io.cancelscope.spring.ChangedLibrary;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The driver's own connection behind that of a pool, and what stops its statements. A
 * pool that sees an exception takes the connection for broken and puts another object in
 * its place. So a cancel that fails, because it could not connect, must not pass through
 * the pool: an abort would then reach nothing.
 */
final class DriverConnection {

	/** More layers than any application has. */
	private static final int MOST_LAYERS = 16;

	private static final List<String> BUFFERING = List.of("org.postgresql.", "org.mariadb.", "com.mysql.");

	/** DBCP answers {@code unwrap} with itself, but has a method of its own. */
	private static final ClassValue<List<Method>> DELEGATES = methods("org.apache.commons.dbcp2.DelegatingStatement",
			"getInnermostDelegate", "statements are cancelled through the pool, which may fail");

	/**
	 * PostgreSQL's cancel of a connection. That of a statement is the same for the
	 * server, but makes the thread that executes wait for it, also where the connection
	 * has been aborted.
	 */
	private static final ClassValue<List<Method>> CANCELS = methods("org.postgresql.PGConnection", "cancelQuery",
			"a cancelled statement may wait for its cancel");

	private final Connection own;

	private volatile boolean aborted;

	private DriverConnection(Connection own) {
		this.own = own;
	}

	/**
	 * Finds the driver's connection of a statement that is not being executed yet; later,
	 * some drivers would make the caller wait.
	 * @param connection what is returned where the statement does not have one
	 */
	static DriverConnection of(Statement statement, Connection connection) {
		try {
			Connection own = innermost(Statement.class, statement).getConnection();
			return new DriverConnection((own != null) ? own : innermost(Connection.class, connection));
		}
		catch (SQLException | RuntimeException | AbstractMethodError ex) {
			return new DriverConnection(innermost(Connection.class, connection));
		}
	}

	/** Cancels what a statement of this connection is doing. May block. */
	void cancel(Statement statement) throws SQLException {
		List<Method> cancel = CANCELS.get(this.own.getClass());
		if (cancel.isEmpty()) {
			innermost(Statement.class, statement).cancel();
		}
		else {
			call(cancel.get(0), this.own);
		}
	}

	/**
	 * Aborts this connection. May block.
	 * @return whether the driver says that it is closed now
	 */
	boolean abort() throws SQLException {
		this.aborted = true;
		this.own.abort(Runnable::run);
		return this.own.isClosed();
	}

	/** Whether this was aborted, so that its database undoes what was not committed. */
	boolean isAborted() {
		return this.aborted;
	}

	/**
	 * Whether rows of a statement may be fetched after it has been executed. These
	 * drivers fetch all of them before, unless there is a fetch size.
	 */
	boolean fetchesLater(Statement statement) {
		try {
			return statement.getFetchSize() != 0 || BUFFERING.stream().noneMatch(type()::startsWith);
		}
		catch (SQLException | RuntimeException ex) {
			return true; // it does not say
		}
	}

	ServerTimeout serverTimeout() {
		return new ServerTimeout(this.own);
	}

	/**
	 * Ends what an abort may be waiting for.
	 * @return whether that has closed the connection
	 */
	boolean closeSocket() {
		return MariaDbSocket.close(this.own);
	}

	/** The name of the driver's class, for the log. */
	String type() {
		return this.own.getClass().getName();
	}

	private static <T extends Wrapper> T innermost(Class<T> type, T outer) {
		T at = outer;
		for (int i = 0; i < MOST_LAYERS; i++) {
			T next = next(type, at);
			if (next == null || next == at) {
				return at;
			}
			at = next;
		}
		return at;
	}

	private static <T extends Wrapper> @Nullable T next(Class<T> type, T outer) {
		try {
			List<Method> delegate = DELEGATES.get(outer.getClass());
			return delegate.isEmpty() ? outer.unwrap(type) : type.cast(call(delegate.get(0), outer));
		}
		catch (SQLException | RuntimeException | AbstractMethodError ex) {
			return null; // as far as it goes
		}
	}

	private static @Nullable Object call(Method method, Object target) throws SQLException {
		try {
			return method.invoke(target);
		}
		catch (InvocationTargetException ex) {
			if (ex.getTargetException() instanceof SQLException failure) {
				throw failure;
			}
			throw new SQLException(ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			throw new SQLException(ex);
		}
	}

	/** A public method without parameters of a type that may not be there. */
	private static ClassValue<List<Method>> methods(String declaring, String name, String otherwise) {
		return new ClassValue<>() {

			@Override
			protected List<Method> computeValue(Class<?> type) {
				Class<?> found = SuperTypes.find(type, declaring);
				Method method = (found != null) ? ReflectionUtils.findMethod(found, name) : null;
				if (method != null && method.trySetAccessible()) {
					return List.of(method);
				}
				if (found != null) {
					ChangedLibrary.report(found, "a method '" + name + "'", otherwise);
				}
				return List.of();
			}

		};
	}

}
