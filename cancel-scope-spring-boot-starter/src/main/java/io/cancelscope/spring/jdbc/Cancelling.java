package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Cancels a statement until it has ended. Once is not enough: a cancel that arrives
 * before the driver, or the database, has begun with the statement does nothing. After a
 * grace period the connection is aborted, which also ends the wait for a database that
 * doesn't answer any more.
 * <p>
 * What makes it safe is a handshake. The thread that executes the statement says when
 * that is over, and doesn't go on while a cancel is on its way; so none reaches a later
 * statement of the same connection. It doesn't wait for a cancel that hangs if the
 * connection was aborted: there will be no later statement then.
 */
final class Cancelling {

	private static final Log logger = LogFactory.getLog(Cancelling.class);

	/** How long after one attempt the next is made; the last one goes on. */
	private static final Duration[] PAUSES = { Duration.ofMillis(20), Duration.ofMillis(80), Duration.ofMillis(400),
			Duration.ofMillis(500), Duration.ofSeconds(1) };

	private final Statement statement;

	private final Connection connection;

	/** Guards all below; never held while the driver is called. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** The statement has ended. */
	private boolean ended;

	/** A call of cancel is on its way. */
	private boolean cancelling;

	/** A call of abort is on its way. */
	private boolean aborting;

	private boolean aborted;

	private int attempts;

	private @Nullable Future<?> nextAttempt;

	private @Nullable Future<?> abortion;

	Cancelling(Statement statement, Connection connection) {
		this.statement = statement;
		this.connection = connection;
	}

	/**
	 * Begins. Doesn't block.
	 * @param abortAfter when to abort the connection; zero for never
	 */
	void start(Duration abortAfter) {
		this.lock.lock();
		try {
			if (!abortAfter.isZero()) {
				this.abortion = CancelThreads.startLater(this::abort, abortAfter);
			}
			CancelThreads.start(this::cancel);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void cancel() {
		if (!begin()) {
			return;
		}
		try {
			this.statement.cancel();
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("An attempt to cancel a statement failed; others follow while it goes on", ex);
		}
		finally {
			finish();
		}
	}

	private boolean begin() {
		this.lock.lock();
		try {
			this.cancelling = !this.ended;
			return this.cancelling;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void finish() {
		this.lock.lock();
		try {
			this.cancelling = false;
			this.changed.signalAll();
			if (!this.ended) {
				Duration pause = PAUSES[Math.min(this.attempts++, PAUSES.length - 1)];
				this.nextAttempt = CancelThreads.startLater(this::cancel, pause);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void abort() {
		if (!beginAbort()) {
			return;
		}
		boolean done = false;
		try {
			logger.warn("A statement went on after it was cancelled, so its connection is aborted"
					+ " (cancel-scope.jdbc.abort-after)");
			this.connection.abort(Runnable::run);
			done = true;
		}
		catch (SQLException | RuntimeException | AbstractMethodError ex) {
			logger.warn("The connection of a cancelled statement could not be aborted", ex);
		}
		finally {
			finishAbort(done);
		}
	}

	private boolean beginAbort() {
		this.lock.lock();
		try {
			this.aborting = !this.ended || this.cancelling;
			return this.aborting;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void finishAbort(boolean done) {
		this.lock.lock();
		try {
			this.aborting = false;
			this.aborted = done;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The statement has ended: waits for what is on its way, and lets nothing follow. */
	void end() {
		this.lock.lock();
		try {
			this.ended = true;
			dismiss(this.nextAttempt);
			while (this.aborting || (this.cancelling && !this.aborted)) {
				this.changed.awaitUninterruptibly();
			}
			dismiss(this.abortion);
		}
		finally {
			this.lock.unlock();
		}
		if (isAborted()) {
			tellPool();
		}
	}

	private static void dismiss(@Nullable Future<?> task) {
		if (task != null) {
			task.cancel(false);
		}
	}

	/** A pool throws out a connection when it sees it fail, so let it see that. */
	private void tellPool() {
		try {
			this.connection.clearWarnings();
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("The aborted connection is of no use any more", ex);
		}
	}

	boolean isAborted() {
		this.lock.lock();
		try {
			return this.aborted;
		}
		finally {
			this.lock.unlock();
		}
	}

}
