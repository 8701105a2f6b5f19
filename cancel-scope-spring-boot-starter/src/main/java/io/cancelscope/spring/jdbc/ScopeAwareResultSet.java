package io.cancelscope.spring.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * A result set whose rows are fetched while they are read. A call that may fetch is
 * stopped like a statement; what the driver throws then becomes what JDBC code is told by
 * a statement that was cancelled.
 */
final class ScopeAwareResultSet implements InvocationHandler {

	/** What may talk to the database; {@code close} may have to read what is left. */
	private static final Set<String> FETCHING = Set.of("next", "previous", "first", "last", "absolute", "relative",
			"beforeFirst", "afterLast", "refreshRow", "insertRow", "updateRow", "deleteRow", "close");

	private final ResultSet target;

	private final Statement statement;

	private final Reading reading;

	private ScopeAwareResultSet(ResultSet target, Statement statement, Reading reading) {
		this.target = target;
		this.statement = statement;
		this.reading = reading;
	}

	/**
	 * Watches over a result set.
	 * @param statement what the result set says that its statement is
	 */
	static ResultSet of(ResultSet target, Statement statement, Reading reading) {
		return (ResultSet) ProxyTypes.newProxy(target, new ScopeAwareResultSet(target, statement, reading));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		String name = method.getName();
		if (FETCHING.contains(name)) {
			return fetch(method, arguments);
		}
		return switch (name) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			case "getStatement" -> this.statement;
			default -> translate(method, arguments);
		};
	}

	private @Nullable Object fetch(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		try {
			return (CancelScope.current() instanceof OpenScope scope)
					? this.reading.read(scope, () -> ScopeAwareConnection.call(this.target, method, arguments))
					: ScopeAwareConnection.call(this.target, method, arguments);
		}
		finally {
			if (method.getName().equals("close")) {
				this.reading.close();
			}
		}
	}

	/** A stop may show up late, in a column. */
	private @Nullable Object translate(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
		try {
			return ScopeAwareConnection.call(this.target, method, arguments);
		}
		catch (SQLException ex) {
			CancelScope scope = CancelScope.current();
			throw StatementExecution.isReasonFor(null, ex, scope)
					? SqlExceptions.exception(scope, SqlExceptions.NOT_READ, ex) : ex;
		}
	}

}
