package io.cancelscope.spring.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.List;
import java.util.Set;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * What JDBC code is told when a scope stopped it, and what drivers say.
 */
final class SqlExceptions {

	/** What PostgreSQL, H2 and Db2 say, and Spring's translators know. */
	static final String STATE = "57014";

	/** The same in MySQL and MariaDB, SQL Server, Oracle, and HSQLDB. */
	private static final Set<String> STATES = Set.of(STATE, "70100", "HY008", "72000", "40502");

	/**
	 * Classes of states that have nothing to do with a cancellation that happens at the
	 * same time: connections, data, constraints, authorisation, deadlocks, syntax.
	 */
	private static final Set<String> OTHER_CLASSES = Set.of("08", "22", "23", "28", "40", "42");

	static final String NO_CONNECTION = "Connection not requested";

	static final String WAIT_ENDED = "The wait for a connection was cancelled";

	static final String NOT_STARTED = "The statement was not started";

	static final String STOPPED = "The statement was cancelled";

	static final String NOT_READ = "The rows were not read";

	private static final List<String> TEXTS = List.of(NO_CONNECTION, WAIT_ENDED, NOT_STARTED, STOPPED, NOT_READ);

	private SqlExceptions() {
	}

	/** Throws if the scope is cancelled: what comes next is not begun. */
	static void refuse(CancelScope scope, String what) throws SQLException {
		if (scope.isCancelled()) {
			throw exception(what, scope.exception(), null);
		}
	}

	/**
	 * Makes the exception for code that stopped in a cancelled scope.
	 * @param driver what the driver said, or {@code null}
	 */
	static SQLException exception(CancelScope scope, String what, @Nullable SQLException driver) {
		return exception(what, scope.exception(), driver);
	}

	static SQLException exception(String what, RuntimeException ours, @Nullable SQLException driver) {
		SQLException exception = new SQLTimeoutException(what + ": " + ours.getMessage(), STATE,
				(driver != null) ? driver.getErrorCode() : 0, ours);
		if (driver != null) {
			exception.addSuppressed(driver);
		}
		return exception;
	}

	/** Whether it is the message of an exception that is made here. */
	static boolean isOurs(String message) {
		return TEXTS.stream().anyMatch((text) -> message.startsWith(text) && message.startsWith(": ", text.length()));
	}

	/** Whether the driver says that a statement was cancelled, or ran out of time. */
	static boolean isSaidBy(SQLException driver) {
		String state = driver.getSQLState();
		return driver instanceof SQLTimeoutException || (state != null && STATES.contains(state));
	}

	/**
	 * Whether the driver says that something else went wrong. Asked about statements that
	 * were cancelled; drivers are free in how they call that.
	 */
	static boolean isDeniedBy(SQLException driver) {
		String state = driver.getSQLState();
		return state != null && !STATES.contains(state)
				&& ((state.length() == 5 && OTHER_CLASSES.contains(state.substring(0, 2))) || state.startsWith("57"));
	}

}
