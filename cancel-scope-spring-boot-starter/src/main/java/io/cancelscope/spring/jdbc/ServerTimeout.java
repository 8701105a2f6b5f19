package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * The deadline of a scope, told to the server, so that it counts when this process is
 * gone. Nothing of it may stay on a connection that goes back to its pool, and no
 * statement may take two round trips:
 * <ul>
 * <li>PostgreSQL has {@code statement_timeout}, which {@code set local} bounds by the
 * transaction. That takes a round trip for each transaction. A statement outside of a
 * transaction would take two, so it has none.</li>
 * <li>MariaDB's driver sends a query timeout along with the statement
 * ({@code set statement max_statement_time=… for}), in whole seconds.</li>
 * </ul>
 */
final class ServerTimeout {

	/** The server comes after the cancel, which is exact, and keeps the connection. */
	static final Duration SLACK = Duration.ofMillis(500);

	private final Connection own;

	private final boolean postgres;

	private final boolean mariaDb;

	/** What this transaction's statements are limited to; zero for nothing of ours. */
	private long millis;

	/** What was in force before, in PostgreSQL's words. */
	private String before = "0";

	ServerTimeout(Connection own) {
		this.own = own;
		String type = own.getClass().getName();
		this.postgres = type.startsWith("org.postgresql.");
		this.mariaDb = type.startsWith("org.mariadb.");
	}

	/** Executes a statement with the deadline of the scope, if it has one. */
	@Nullable Object execute(CancelScope scope, Statement statement, StatementExecution.Call call) throws Throwable {
		Optional<Duration> remaining = scope.remaining();
		long millis = remaining.map((duration) -> duration.plus(SLACK).toMillis()).orElse(0L);
		if (this.postgres) {
			limitTransaction(millis);
		}
		return (this.mariaDb && millis > 0) ? executeLimited(statement, millis, call) : call.proceed();
	}

	private void limitTransaction(long millis) throws SQLException {
		if (this.own.getAutoCommit()) {
			return;
		}
		if (millis == 0 && this.millis > 0) {
			set("'" + this.before + "'");
			this.millis = 0;
		}
		else if (millis > this.millis) {
			// Never longer than what the application has set itself.
			String before = (this.millis > 0) ? "'" + this.before + "'" : "current_setting('statement_timeout')";
			String old = set("case when extract(epoch from " + before + "::interval) * 1000 between 1 and " + millis
					+ " then " + before + " else '" + millis + "' end");
			this.before = (this.millis > 0) ? this.before : old;
			this.millis = millis;
		}
	}

	private String set(String value) throws SQLException {
		try (Statement statement = this.own.createStatement();
				ResultSet rows = statement.executeQuery("select current_setting('statement_timeout'),"
						+ " set_config('statement_timeout', " + value + ", true)")) {
			rows.next();
			return rows.getString(1);
		}
	}

	private static @Nullable Object executeLimited(Statement statement, long millis, StatementExecution.Call call)
			throws Throwable {
		int before = statement.getQueryTimeout();
		long seconds = (millis + 999) / 1000;
		if (before > 0 && before <= seconds) {
			return call.proceed();
		}
		statement.setQueryTimeout((int) Math.min(seconds, Integer.MAX_VALUE));
		try {
			return call.proceed();
		}
		finally {
			if (!statement.isClosed()) {
				statement.setQueryTimeout(before);
			}
		}
	}

	/** The transaction is over, or part of it undone, and what was set with it. */
	void forget() {
		this.millis = 0;
	}

}
