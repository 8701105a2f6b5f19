package io.cancelscope.spring.jdbc;

import java.sql.SQLException;
import java.time.Duration;

import io.cancelscope.Durations;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.PacedLines;
import org.jspecify.annotations.Nullable;

/**
 * The abort of the connection of one statement, and the lines in the log about it: that
 * it happens, and what came of it.
 */
final class Abortion {

	/**
	 * Closing a socket takes no longer, so what goes on after that is not ended by it.
	 */
	static final Duration EFFECT_WITHIN = Duration.ofSeconds(1);

	private static final OneLineLog logger = OneLineLog.of(StatementCanceller.class);

	private static final PacedLines BEGUN = new PacedLines();

	private static final PacedLines FAILED = new PacedLines();

	private static final PacedLines WITHOUT_EFFECT = new PacedLines();

	private final String scope;

	private final DriverConnection connection;

	private volatile @Nullable String outcome;

	Abortion(String scope, DriverConnection connection) {
		this.scope = scope;
		this.connection = connection;
	}

	/**
	 * Aborts. May block.
	 * @param after how long the statement has been going on since it was cancelled
	 * @return whether the driver says that the connection is closed
	 */
	boolean run(Duration after) {
		String more = BEGUN.next(this.scope);
		if (more != null) {
			logger.warn("Aborting the connection of a statement of scope '" + this.scope + "': still running "
					+ Durations.format(after) + " after it was cancelled (cancel-scope.jdbc.abort-after)" + more);
		}
		try {
			boolean closed = this.connection.abort();
			this.outcome = closed ? "its connection was closed" : "Connection.abort(), which closed nothing";
			return closed;
		}
		catch (SQLException | RuntimeException | AbstractMethodError ex) {
			reportFailure(ex);
			this.outcome = "Connection.abort(), which failed";
			return false;
		}
	}

	private void reportFailure(Throwable thrown) {
		String more = FAILED.next(this.scope);
		if (more != null) {
			logger.warn("Could not abort the connection of a statement of scope '" + this.scope + "'" + more, thrown);
		}
	}

	/** Called if the statement is still running a while after the abort. */
	void reportNoEffect() {
		String more = WITHOUT_EFFECT.next(this.scope);
		if (more != null) {
			logger.warn("Could not stop a statement of scope '" + this.scope + "': still running "
					+ Durations.format(EFFECT_WITHIN) + " after " + this.outcome + ". The driver ("
					+ this.connection.type()
					+ ") can neither cancel nor abort this statement; set a statement timeout in the database" + more);
		}
	}

}
