package io.cancelscope.spring.r2dbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.cancelscope.CancelScope;
import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.TransactionDefinition;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * A connection whose statements are stopped when the scope is cancelled that executes
 * them. What comes next on it waits until a stop has been answered, the close included:
 * otherwise the next user of the pool would wait, or be stopped.
 */
final class WatchedConnection implements InvocationHandler {

	/** What talks to the database, apart from statements. */
	private static final Set<String> WAITING = Set.of("beginTransaction", "commitTransaction", "rollbackTransaction",
			"createSavepoint", "releaseSavepoint", "rollbackTransactionToSavepoint", "setAutoCommit",
			"setTransactionIsolationLevel", "setLockWaitTimeout", "setStatementTimeout", "validate", "close");

	private final Connection target;

	private final ServerStops stops;

	private final boolean checkCommit;

	/** The driver's connection, and what stops it. Found by the first statement. */
	private volatile @Nullable Connection own;

	private volatile @Nullable ServerStop serverStop;

	private volatile boolean inTransaction;

	private volatile boolean readOnly;

	private volatile boolean aborted;

	/** Those in a scope that are not over. Guarded by itself. */
	private final Deque<Execution> executions = new ArrayDeque<>(2);

	/** Whether there are executions: spares the lock where there is no scope. */
	private volatile boolean busy;

	private WatchedConnection(Connection target, ServerStops stops, boolean checkCommit) {
		this.target = target;
		this.stops = stops;
		this.checkCommit = checkCommit;
	}

	static Connection of(Connection target, ServerStops stops, boolean checkCommit) {
		return (Connection) InterfaceProxies.create(target, new WatchedConnection(target, stops, checkCommit));
	}

	@Override
	@SuppressWarnings("unchecked") // what the driver returns
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		String name = method.getName();
		if (name.equals("equals")) {
			return arguments != null && proxy == arguments[0];
		}
		if (name.equals("hashCode")) {
			return System.identityHashCode(proxy);
		}
		Object result = InterfaceProxies.call(this.target, method, arguments);
		if (result instanceof Statement || result instanceof Batch) {
			return InterfaceProxies.createFor(method, result, new WatchedStatement(result, this));
		}
		if (result instanceof Publisher<?> publisher && WAITING.contains(name)) {
			Object argument = (arguments != null && arguments.length > 0) ? arguments[0] : null;
			return WatchedPublisher.of((Publisher<Object>) publisher,
					(source, actual, self) -> next(name, argument, source, actual));
		}
		return result;
	}

	private void next(String name, @Nullable Object argument, Publisher<Object> source,
			CoreSubscriber<? super Object> actual) {
		if (name.equals("commitTransaction") && this.checkCommit && !this.readOnly) {
			CancelScope scope = Scopes.of(actual.currentContext());
			if (scope != null && scope.isCancelled()) {
				WatchedPublisher.fail(actual, scope.exception());
				return;
			}
		}
		boolean rollback = name.startsWith("rollback");
		if (this.busy && (rollback || name.equals("close"))) {
			boolean undone = rollback || this.inTransaction;
			executions().forEach((execution) -> execution.giveUp(undone));
		}
		Mono<Void> ready = ready(false);
		if (ready != null && name.equals("close")) {
			closeLater(ready, source).subscribe(actual);
		}
		else if (ready != null) {
			// Not ended by the scope: a rollback or close is needed all the more then.
			ready.thenMany((subscriber) -> proceed(name, argument, source, subscriber)).subscribe(actual);
		}
		else {
			proceed(name, argument, source, actual);
		}
	}

	/**
	 * Closes when the database has answered. Who closes does not wait for a database that
	 * does not answer, and does not change anything by leaving.
	 */
	private static Mono<Object> closeLater(Mono<Void> ready, Publisher<Object> source) {
		Mono<Object> closed = ready.then(Mono.from(source)).cache();
		closed.subscribe((nothing) -> {
		}, (failure) -> {
		});
		return Mono.firstWithSignal(closed, Mono.delay(Execution.ANSWER_WITHIN).then(Mono.empty()));
	}

	@SuppressWarnings("unchecked") // Reactor subscribes
	private void proceed(String name, @Nullable Object argument, Publisher<Object> source,
			org.reactivestreams.Subscriber<? super Object> actual) {
		switch (name) {
			case "beginTransaction" -> {
				this.inTransaction = true;
				this.readOnly = argument instanceof TransactionDefinition definition
						&& Boolean.TRUE.equals(definition.getAttribute(TransactionDefinition.READ_ONLY));
			}
			case "commitTransaction", "rollbackTransaction" -> this.inTransaction = false;
			case "setAutoCommit" -> this.inTransaction = Boolean.FALSE.equals(argument);
			default -> {
			}
		}
		if (this.aborted && name.startsWith("rollback")) {
			// The database undoes what a closed connection did. A rollback that fails for
			// it would only hide the scope's exception behind its own.
			Mono.from(source).onErrorComplete().subscribe((CoreSubscriber<? super Object>) actual);
			return;
		}
		source.subscribe(actual);
	}

	/**
	 * Returns what has to come before the next statement, or {@code null} if there is
	 * nothing.
	 * @param stoppable whether the statement may have to be stopped
	 */
	@Nullable Mono<Void> ready(boolean stoppable) {
		if (this.busy) {
			for (Execution execution : executions()) {
				Mono<Void> over = execution.over();
				if (over != null) {
					return over.then(Mono.defer(() -> Objects.requireNonNullElseGet(ready(stoppable), Mono::empty)));
				}
			}
		}
		return stoppable ? serverStop().preparation() : null;
	}

	private List<Execution> executions() {
		synchronized (this.executions) {
			return List.copyOf(this.executions);
		}
	}

	void began(Execution execution) {
		synchronized (this.executions) {
			if (!this.executions.contains(execution)) {
				this.executions.addLast(execution);
				this.busy = true;
			}
		}
	}

	void ended(Execution execution) {
		synchronized (this.executions) {
			this.executions.remove(execution);
			this.busy = !this.executions.isEmpty();
		}
	}

	/** Whether the database is at none before this one. */
	boolean isFirst(Execution execution) {
		synchronized (this.executions) {
			return this.executions.peekFirst() == execution;
		}
	}

	boolean isInTransaction() {
		return this.inTransaction;
	}

	Duration abortAfter() {
		return this.stops.abortAfter();
	}

	ServerStop serverStop() {
		ServerStop stop = this.serverStop;
		if (stop == null) {
			stop = this.stops.of(own());
			this.serverStop = stop;
		}
		return stop;
	}

	private Connection own() {
		Connection own = this.own;
		if (own == null) {
			own = ServerStops.innermost(Connection.class, this.target);
			this.own = own;
		}
		return own;
	}

	/**
	 * Closes the driver's connection. Its pool finds it closed, and makes another one.
	 */
	void abort() {
		this.aborted = true;
		Mono.from(own().close()).subscribe((nothing) -> {
		}, (failure) -> {
		});
	}

}
