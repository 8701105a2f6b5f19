package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a statement inside a scope. While it lasts, cancelling the scope
 * cancels the statement; what the driver then throws becomes an {@link SQLException}
 * whose cause is the scope's exception.
 */
final class Execution implements CancelScope.Stop {

	private final Statement statement;

	private final Connection connection;

	private final Duration abortAfter;

	/** Set by the callback, and read when that is known to be over. */
	private volatile @Nullable Cancelling cancelling;

	private Execution(Statement statement, Connection connection, Duration abortAfter) {
		this.statement = statement;
		this.connection = connection;
		this.abortAfter = abortAfter;
	}

	/**
	 * Executes a statement.
	 * @param connection the statement's own, as the pool handed it out
	 */
	static @Nullable Object run(OpenScope scope, Statement statement, Connection connection, Duration abortAfter,
			Call call) throws Throwable {
		Cancelled.refuse(scope, "The statement was not started");
		Execution execution = new Execution(statement, connection, abortAfter);
		CancelScope.Registration registration = scope.onCancel(execution);
		SQLException thrown;
		try {
			return Masked.call(call);
		}
		catch (SQLException ex) {
			thrown = ex;
		}
		finally {
			execution.end(registration);
		}
		throw execution.isReasonFor(thrown, scope) ? Cancelled.exception(scope, "The statement was cancelled", thrown)
				: thrown;
	}

	/** Hands over to a thread that may block: this one may have others to cancel. */
	@Override
	public void stop() {
		Cancelling cancelling = new Cancelling(this.statement, this.connection);
		this.cancelling = cancelling;
		cancelling.start(this.abortAfter);
	}

	/** From here on nothing cancels the statement, nor another one in its place. */
	private void end(CancelScope.Registration registration) {
		if (registration.unregister()) {
			return;
		}
		registration.close();
		Cancelling cancelling = this.cancelling;
		if (cancelling != null) {
			cancelling.end();
		}
	}

	private boolean isReasonFor(SQLException thrown, CancelScope scope) {
		Cancelling cancelling = this.cancelling;
		if (cancelling == null) {
			// The driver's own timeout may be due at the same time, and be faster.
			return Cancelled.isSaidBy(thrown) && scope.isCancelled();
		}
		return cancelling.isAborted() || !Cancelled.isDeniedBy(thrown);
	}

	/**
	 * What executes.
	 */
	@FunctionalInterface
	interface Call {

		@Nullable Object proceed() throws Throwable;

	}

}
