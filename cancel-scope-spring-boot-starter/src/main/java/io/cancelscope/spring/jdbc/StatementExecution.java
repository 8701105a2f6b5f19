package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a statement inside a scope. While it lasts, cancelling the scope
 * cancels the statement; what the driver then throws becomes an {@link SQLException}
 * whose cause is the scope's exception.
 */
final class StatementExecution implements CancelScope.Stop {

	private static final OneLineLog logger = OneLineLog.of(StatementExecution.class);

	private final OpenScope scope;

	private final Statement statement;

	private final DriverConnection connection;

	private final Duration abortAfter;

	/** Set by the callback, and read when that is known to be over. */
	private volatile @Nullable StatementCanceller cancelling;

	private StatementExecution(OpenScope scope, Statement statement, DriverConnection connection, Duration abortAfter) {
		this.scope = scope;
		this.statement = statement;
		this.connection = connection;
		this.abortAfter = abortAfter;
	}

	/**
	 * Executes a statement.
	 * @param connection the driver's own
	 * @param pooled the same as the pool handed it out
	 */
	static @Nullable Object run(OpenScope scope, Statement statement, DriverConnection connection, Connection pooled,
			Duration abortAfter, Call call) throws Throwable {
		SqlExceptions.refuse(scope, SqlExceptions.NOT_STARTED);
		StatementExecution execution = new StatementExecution(scope, statement, connection, abortAfter);
		CancelScope.Registration registration = scope.onCancel(execution);
		Object result;
		try {
			result = MaskedCalls.call(call);
		}
		catch (SQLException ex) {
			StatementCanceller cancelling = execution.end(registration, pooled);
			throw isReasonFor(cancelling, ex, scope) ? SqlExceptions.exception(scope, SqlExceptions.STOPPED, ex) : ex;
		}
		catch (Throwable ex) {
			execution.end(registration, pooled);
			throw ex;
		}
		StatementCanceller cancelling = execution.end(registration, pooled);
		if (cancelling != null && cancelling.isAborted()) {
			// What a driver makes of a connection that was closed under it is no result.
			throw SqlExceptions.exception(scope, SqlExceptions.STOPPED, null);
		}
		return result;
	}

	/** Hands over to a thread that may block: this one may have others to cancel. */
	@Override
	public void stop() {
		StatementCanceller cancelling = new StatementCanceller(this.scope.name(), this.statement, this.connection);
		this.cancelling = cancelling;
		cancelling.start(Duration.ZERO, this.abortAfter);
	}

	/** From here on nothing cancels the statement, nor another one in its place. */
	private @Nullable StatementCanceller end(CancelScope.Registration registration, Connection pooled) {
		if (registration.unregister()) {
			return null;
		}
		registration.close();
		StatementCanceller cancelling = this.cancelling;
		if (cancelling != null) {
			cancelling.end();
			if (cancelling.isAborted()) {
				tellPool(pooled);
			}
		}
		return cancelling;
	}

	static boolean isReasonFor(@Nullable StatementCanceller cancelling, SQLException thrown, CancelScope scope) {
		// The driver's own timeout may be due at the same time, and be faster.
		return (cancelling != null) ? cancelling.isReasonFor(thrown)
				: SqlExceptions.isSaidBy(thrown) && scope.isCancelled();
	}

	/** A pool throws out a connection when it sees it fail, so let it see that. */
	static void tellPool(Connection pooled) {
		try {
			pooled.clearWarnings();
			pooled.createStatement().close();
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("Ignored the failure of a connection that was aborted", ex);
		}
	}

	/**
	 * What executes.
	 */
	@FunctionalInterface
	interface Call {

		@Nullable Object proceed() throws Throwable;

	}

}
