package io.cancelscope.spring.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a statement that are fetched after its execution. While one call
 * lasts, cancelling the scope cancels the statement. Between two calls nothing is
 * cancelled, so rows that are there already can be read to their end, as any result that
 * is there first.
 * <p>
 * Rows come by the million, so the scope is told once, and not for each call. <pre>
 *            begin            stop (the scope is cancelled)
 * IDLE ─────────────► READING ─────────────► Cancelling
 *  │  ◄───────────────  end                      │ end
 *  │ stop                                        ▼
 *  └──────────────────────────────────────► CANCELLED ──begin──► Cancelling
 * </pre>
 */
final class Reading implements CancelScope.Stop {

	private static final Object IDLE = "idle";

	private static final Object READING = "reading";

	private static final Object CANCELLED = "cancelled";

	/** In a cancelled scope: rows that are there are read before anything is sent. */
	private static final Duration PATIENCE = Duration.ofMillis(20);

	private final Statement statement;

	private final ScopeAwareConnection connection;

	/** One of those above, or the {@link StatementCanceller} of the present call. */
	private final AtomicReference<Object> state = new AtomicReference<>(IDLE);

	/** The scope that was told last. Only for the thread that reads. */
	private @Nullable OpenScope scope;

	private CancelScope.@Nullable Registration registration;

	Reading(Statement statement, ScopeAwareConnection connection) {
		this.statement = statement;
		this.connection = connection;
	}

	/**
	 * Makes a call that may fetch rows.
	 */
	@Nullable Object read(OpenScope scope, StatementExecution.Call call) throws Throwable {
		tell(scope);
		begin();
		Object result;
		try {
			result = MaskedCalls.call(call);
		}
		catch (SQLException ex) {
			throw StatementExecution.isReasonFor(end(), ex, scope)
					? SqlExceptions.exception(scope, SqlExceptions.NOT_READ, ex) : ex;
		}
		catch (Throwable ex) {
			end();
			throw ex;
		}
		StatementCanceller cancelling = end();
		if (cancelling != null && cancelling.isAborted()) {
			throw SqlExceptions.exception(scope, SqlExceptions.NOT_READ, null);
		}
		return result;
	}

	private void tell(OpenScope scope) {
		if (this.scope != scope) {
			close();
			this.scope = scope;
			this.registration = scope.onCancel(this);
		}
	}

	private void begin() {
		if (!this.state.compareAndSet(IDLE, READING)) {
			StatementCanceller cancelling = cancelling();
			this.state.set(cancelling);
			cancelling.start(PATIENCE, this.connection.properties().abortAfter());
		}
	}

	@Override
	public void stop() {
		if (this.state.compareAndSet(IDLE, CANCELLED)) {
			return;
		}
		StatementCanceller cancelling = cancelling();
		if (this.state.compareAndSet(READING, cancelling)) {
			cancelling.start(Duration.ZERO, this.connection.properties().abortAfter());
		}
		else {
			// Race: the call has ended in between.
			this.state.compareAndSet(IDLE, CANCELLED);
		}
	}

	private StatementCanceller cancelling() {
		OpenScope scope = this.scope;
		return new StatementCanceller((scope != null) ? scope.name() : "", this.statement,
				this.connection.driver(this.statement));
	}

	private @Nullable StatementCanceller end() {
		if (this.state.compareAndSet(READING, IDLE)) {
			return null;
		}
		StatementCanceller cancelling = (StatementCanceller) this.state.getAndSet(CANCELLED);
		cancelling.end();
		if (cancelling.isAborted()) {
			StatementExecution.tellPool(this.connection.target());
		}
		return cancelling;
	}

	/** The rows are closed: lets go of the scope. */
	void close() {
		CancelScope.Registration registration = this.registration;
		if (registration != null) {
			registration.close();
		}
		this.registration = null;
		this.scope = null;
		this.state.set(IDLE);
	}

}
