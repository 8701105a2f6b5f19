package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.OneLineLog;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Gets a connection within a scope. The wait for one that is free ends by an interrupt. A
 * pool that asks the database whether the connection is alive, or makes a new one, cannot
 * be interrupted meanwhile; if it can be asked on another thread, the caller leaves, and
 * a connection that comes later goes back.
 */
final class Borrowing {

	private static final OneLineLog logger = OneLineLog.of(Borrowing.class);

	private final MethodInvocation invocation;

	private Borrowing(MethodInvocation invocation) {
		this.invocation = invocation;
	}

	static Borrowing of(MethodInvocation invocation) {
		return new Borrowing(invocation);
	}

	/**
	 * Gets the connection.
	 * @param interrupt whether the thread that waits may be interrupted
	 */
	@Nullable Object run(OpenScope scope, boolean interrupt) throws Throwable {
		SqlExceptions.refuse(scope, SqlExceptions.NO_CONNECTION);
		if (!interrupt) {
			return this.invocation.proceed();
		}
		try {
			return LeavablePools.canBeLeft(this.invocation) ? runElsewhere(scope) : runHere(scope);
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof InterruptedException interruption) {
				throw new SQLException("Interrupted while waiting for a connection", interruption);
			}
			throw ex;
		}
		catch (RuntimeException ex) {
			throw (ScopeCancelledException.findIn(ex) != null)
					? SqlExceptions.exception(SqlExceptions.WAIT_ENDED, ex, null) : ex;
		}
	}

	@SuppressWarnings("NullAway") // a lambda can't say that its result may be null
	private Object runHere(CancelScope scope) throws Exception {
		return scope.<@Nullable Object, Exception>interruptibly((waiting) -> proceed());
	}

	/** The thread takes the class loader along: a pool may be made now, with threads. */
	private @Nullable Object runElsewhere(OpenScope scope) throws Exception {
		ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
		return scope.<@Nullable Object, Exception>abandonable((carried) -> {
			Thread thread = Thread.currentThread();
			ClassLoader before = thread.getContextClassLoader();
			thread.setContextClassLoader(classLoader);
			try {
				return runHere(carried);
			}
			finally {
				thread.setContextClassLoader(before);
			}
		}, Borrowing::giveBack);
	}

	private static void giveBack(@Nullable Object late) {
		if (late instanceof Connection connection) {
			try {
				connection.close();
			}
			catch (SQLException ex) {
				logger.debug("Could not return a connection that was obtained after its scope was cancelled", ex);
			}
		}
	}

	@SuppressWarnings("NullAway") // a lambda can't say that its result may be null
	private Object proceed() throws Exception {
		try {
			return this.invocation.proceed();
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new SQLException(ex);
		}
	}

}
