package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

import io.cancelscope.CancelScope;
import io.r2dbc.spi.Connection;
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
final class ScopeAwareConnection implements ScopeAwarePublisher.Subscribing {

	private final Connection target;

	private final ServerStops stops;

	private final boolean checkCommit;

	/** The driver's connection, and what stops it. Found by the first statement. */
	private volatile @Nullable Connection own;

	private volatile @Nullable ServerStop serverStop;

	private volatile boolean inTransaction;

	private volatile boolean readOnly;

	private volatile boolean aborted;

	/** Those in a scope that are not over. Guarded by this. */
	private @Nullable Deque<StatementExecution> executions;

	/** Whether there are executions: spares the lock where there is no scope. */
	private volatile boolean busy;

	ScopeAwareConnection(Connection target, ServerStops stops, boolean checkCommit) {
		this.target = target;
		this.stops = stops;
		this.checkCommit = checkCommit;
	}

	/** Returns what stands in front of the connection. */
	Connection connection() {
		return switch (InterfaceProxies.shapeOf(this.target)) {
			case SPI -> new SpiConnection(this.target, this);
			case SPI_WRAPPER -> new SpiConnection.OfWrapper(this.target, this);
			case OWN -> (Connection) InterfaceProxies.create(this.target, new ConnectionProxy(this.target, this));
		};
	}

	/** Executes a statement or batch. The scope is found when there is a subscription. */
	@Override
	public void subscribe(Publisher<Object> source, CoreSubscriber<? super Object> actual, Publisher<Object> self) {
		CancelScope scope = Scopes.of(actual.currentContext());
		if (scope != null && scope.isCancelled()) {
			ScopeAwarePublisher.fail(actual, scope.exception());
			return;
		}
		Mono<Void> ready = ready(scope != null);
		if (ready != null) {
			ScopeAwarePublisher.after(ready, scope, self, actual);
		}
		else if (scope == null) {
			ScopeAwarePublisher.pass(source, actual);
		}
		else {
			StatementExecution execution = new StatementExecution(scope, this);
			execution.subscribe(source, new ScopeAwareSubscriber<>(execution, actual, true));
		}
	}

	/**
	 * Returns a publisher of a step that waits until the statements before have ended.
	 * @param argument the argument of the method, if that matters
	 */
	<T> Publisher<T> before(Step step, @Nullable Object argument, Publisher<T> source) {
		return ScopeAwarePublisher.of(source, (driver, actual, self) -> next(step, argument, driver, actual));
	}

	private void next(Step step, @Nullable Object argument, Publisher<Object> source,
			CoreSubscriber<? super Object> actual) {
		if (step == Step.COMMIT && this.checkCommit && !this.readOnly) {
			CancelScope scope = Scopes.of(actual.currentContext());
			if (scope != null && scope.isCancelled()) {
				ScopeAwarePublisher.fail(actual, scope.exception());
				return;
			}
		}
		if (this.busy && (step.isRollback() || step == Step.CLOSE)) {
			boolean undone = step.isRollback() || this.inTransaction;
			executions().forEach((execution) -> execution.giveUp(undone));
		}
		Mono<Void> ready = ready(false);
		if (ready != null && step == Step.CLOSE) {
			closeLater(ready, source).subscribe(actual);
		}
		else if (ready != null) {
			// Not ended by the scope: a rollback or close is needed all the more then.
			ready.thenMany((subscriber) -> proceed(step, argument, source, subscriber)).subscribe(actual);
		}
		else {
			proceed(step, argument, source, actual);
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
		return Mono.firstWithSignal(closed, Mono.delay(StatementExecution.ANSWER_WITHIN).then(Mono.empty()));
	}

	@SuppressWarnings("unchecked") // Reactor subscribes
	private void proceed(Step step, @Nullable Object argument, Publisher<Object> source,
			org.reactivestreams.Subscriber<? super Object> actual) {
		switch (step) {
			case BEGIN -> {
				this.inTransaction = true;
				this.readOnly = argument instanceof TransactionDefinition definition
						&& Boolean.TRUE.equals(definition.getAttribute(TransactionDefinition.READ_ONLY));
			}
			case COMMIT, ROLLBACK -> this.inTransaction = false;
			case AUTO_COMMIT -> this.inTransaction = Boolean.FALSE.equals(argument);
			default -> {
			}
		}
		CoreSubscriber<? super Object> subscriber = (CoreSubscriber<? super Object>) actual;
		if (this.aborted && step.isRollback()) {
			// The database undoes what a closed connection did. A rollback that fails for
			// it would only hide the scope's exception behind its own.
			Mono.from(source).onErrorComplete().subscribe(subscriber);
			return;
		}
		ScopeAwarePublisher.pass(source, subscriber);
	}

	/**
	 * Returns what has to come before the next statement, or {@code null} if there is
	 * nothing.
	 * @param stoppable whether the statement may have to be stopped
	 */
	@Nullable Mono<Void> ready(boolean stoppable) {
		if (this.busy) {
			for (StatementExecution execution : executions()) {
				Mono<Void> over = execution.over();
				if (over != null) {
					return over.then(Mono.defer(() -> Objects.requireNonNullElseGet(ready(stoppable), Mono::empty)));
				}
			}
		}
		return stoppable ? serverStop().preparation() : null;
	}

	private synchronized List<StatementExecution> executions() {
		return (this.executions != null) ? List.copyOf(this.executions) : List.of();
	}

	synchronized void began(StatementExecution execution) {
		if (this.executions == null) {
			this.executions = new ArrayDeque<>(2);
		}
		if (!this.executions.contains(execution)) {
			this.executions.addLast(execution);
			this.busy = true;
		}
	}

	synchronized void ended(StatementExecution execution) {
		if (this.executions != null) {
			this.executions.remove(execution);
			this.busy = !this.executions.isEmpty();
		}
	}

	/** Whether the database is at none before this one. */
	synchronized boolean isFirst(StatementExecution execution) {
		return this.executions != null && this.executions.peekFirst() == execution;
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
