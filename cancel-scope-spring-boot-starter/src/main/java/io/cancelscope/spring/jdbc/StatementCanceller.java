package io.cancelscope.spring.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.spring.OneLineLog;
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
final class StatementCanceller {

	private static final OneLineLog logger = OneLineLog.of(StatementCanceller.class);

	/** How long after one attempt the next is made; the last one goes on. */
	private static final Duration[] PAUSES = { Duration.ofMillis(20), Duration.ofMillis(80), Duration.ofMillis(400),
			Duration.ofMillis(500), Duration.ofSeconds(1) };

	/** An abort that takes longer is waiting for the statement, or for the database. */
	private static final Duration ABORT_WITHIN = Duration.ofMillis(100);

	private final Statement statement;

	private final DriverConnection connection;

	private final Abortion abortion;

	/** Guards all below; never held while the driver is called. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** The statement has ended. */
	private boolean ended;

	/** A call of cancel is on its way. */
	private boolean cancelling;

	/** A call of abort is on its way. */
	private boolean aborting;

	/** The socket of the connection is being closed. */
	private boolean closing;

	/** The connection is closed. */
	private boolean aborted;

	private int attempts;

	private @Nullable Future<?> nextAttempt;

	private @Nullable Future<?> nextAbort;

	/**
	 * Creates one that does nothing yet.
	 * @param scope the name of the scope, for the log
	 */
	StatementCanceller(String scope, Statement statement, DriverConnection connection) {
		this.statement = statement;
		this.connection = connection;
		this.abortion = new Abortion(scope, connection);
	}

	/**
	 * Begins. Doesn't block.
	 * @param delay when to cancel for the first time
	 * @param abortAfter when to abort the connection; zero for never
	 */
	void start(Duration delay, Duration abortAfter) {
		this.lock.lock();
		try {
			if (this.ended) {
				return;
			}
			if (!abortAfter.isZero()) {
				this.nextAbort = CancelThreads.startLater(() -> abort(abortAfter), abortAfter);
			}
			if (delay.isZero()) {
				CancelThreads.start(this::cancel);
			}
			else {
				this.nextAttempt = CancelThreads.startLater(this::cancel, delay);
			}
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
			this.connection.cancel(this.statement);
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
			if (this.cancelling) {
				this.attempts++;
			}
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
			if (!this.ended && !this.aborted) {
				Duration pause = PAUSES[Math.min(this.attempts, PAUSES.length) - 1];
				this.nextAttempt = CancelThreads.startLater(this::cancel, pause);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void abort(Duration after) {
		if (!beginAbort()) {
			return;
		}
		boolean closed = false;
		try {
			closed = this.abortion.run(after);
		}
		finally {
			finishAbort(closed);
		}
	}

	private boolean beginAbort() {
		this.lock.lock();
		try {
			this.aborting = !this.ended || this.cancelling;
			if (this.aborting) {
				this.nextAbort = CancelThreads.startLater(this::closeSocket, ABORT_WITHIN);
			}
			return this.aborting;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void closeSocket() {
		if (!beginToClose()) {
			return;
		}
		boolean closed = false;
		try {
			closed = this.connection.closeSocket();
		}
		finally {
			finishClosing(closed);
		}
	}

	private boolean beginToClose() {
		this.lock.lock();
		try {
			this.closing = this.aborting;
			return this.closing;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void finishClosing(boolean closed) {
		this.lock.lock();
		try {
			this.closing = false;
			this.aborted |= closed;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void finishAbort(boolean closed) {
		this.lock.lock();
		try {
			this.aborting = false;
			this.aborted |= closed;
			this.changed.signalAll();
			dismiss(this.nextAbort);
			if (!this.ended) {
				this.nextAbort = CancelThreads.startLater(this.abortion::reportNoEffect, Abortion.EFFECT_WITHIN);
			}
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
			while (this.closing || ((this.aborting || this.cancelling) && !this.aborted)) {
				this.changed.awaitUninterruptibly();
			}
			dismiss(this.nextAbort);
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void dismiss(@Nullable Future<?> task) {
		if (task != null) {
			task.cancel(false);
		}
	}

	/** Whether the connection is of no use any more. Asked after the end. */
	boolean isAborted() {
		this.lock.lock();
		try {
			return this.aborted;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether a failure of the statement comes of the cancel. Asked after the end. */
	boolean isReasonFor(SQLException thrown) {
		this.lock.lock();
		try {
			return this.aborted || SqlExceptions.isSaidBy(thrown)
					|| (this.attempts > 0 && !SqlExceptions.isDeniedBy(thrown));
		}
		finally {
			this.lock.unlock();
		}
	}

}
