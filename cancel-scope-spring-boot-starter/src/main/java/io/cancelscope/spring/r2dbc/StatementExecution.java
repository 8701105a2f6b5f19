package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * One execution of a statement in a scope: the results, and the rows of each. It lasts
 * until the driver has ended all of them, also if their subscribers have left.
 * <p>
 * When the scope is cancelled, the database is asked to stop, again and again until the
 * execution has ended: a request that arrives before the database has begun does nothing.
 * The subscribers are told when the database has answered, but not much later than the
 * cancellation. After a grace period the connection is closed.
 * <p>
 * What makes it safe is a handshake. The execution is over only when it has ended and no
 * request to stop is on its way, and what comes next on the connection waits for that. So
 * no request reaches a later statement.
 */
final class StatementExecution {

	private static final OneLineLog logger = OneLineLog.of(StatementExecution.class);

	/** How long after one attempt the next is made; the last one goes on. */
	private static final Duration[] PAUSES = { Duration.ofMillis(20), Duration.ofMillis(80), Duration.ofMillis(400),
			Duration.ofMillis(500), Duration.ofSeconds(1) };

	/**
	 * How long a statement may go on whose first rows were enough. It is likely to end by
	 * itself, such as an insert that returns keys, and a stop would undo it.
	 */
	private static final Duration END_WITHIN = Duration.ofSeconds(1);

	/** How long subscribers wait for the answer of the database. */
	static final Duration ANSWER_WITHIN = Duration.ofMillis(100);

	private final CancelScope scope;

	private final ScopeAwareConnection connection;

	private final ServerStop serverStop;

	/** Not ended by the driver. Guarded by this, like all below. */
	private final List<ScopeAwareSubscriber<?>> live = new ArrayList<>(2);

	/** Handed on, and not subscribed to. */
	private final List<ScopeAwareResult> untaken = new ArrayList<>(1);

	private boolean stopping;

	private boolean cancelling;

	private boolean aborted;

	private int attempts;

	private @Nullable Disposable nextAttempt;

	private @Nullable Disposable release;

	private @Nullable Disposable abortion;

	private CancelScope.@Nullable Registration registration;

	/** Something of the answer has arrived where it was waited for. */
	private boolean delivered;

	/** Subscribers have left what is still going on. */
	private boolean left;

	private Sinks.Empty<Void> over = Sinks.empty();

	StatementExecution(CancelScope scope, ScopeAwareConnection connection) {
		this.scope = scope;
		this.connection = connection;
		this.serverStop = connection.serverStop();
	}

	<T> void subscribe(Publisher<T> source, ScopeAwareSubscriber<T> subscriber) {
		opened(subscriber);
		Flux.from(source).subscribe(subscriber);
		register();
	}

	private void opened(ScopeAwareSubscriber<?> subscriber) {
		// Order: this lock, then that of the connection.
		synchronized (this) {
			this.live.add(subscriber);
			this.connection.began(this);
		}
	}

	/** Registered for as long as the driver is at it. */
	private void register() {
		synchronized (this) {
			if (this.registration != null || this.live.isEmpty()) {
				return;
			}
		}
		CancelScope.Registration registered = this.scope.onCancel((CancelScope.Stop) this::stop);
		synchronized (this) {
			if (this.registration == null && !this.live.isEmpty()) {
				this.registration = registered;
				return;
			}
		}
		registered.unregister();
	}

	/** The driver has ended one of the subscriptions. */
	void closed(ScopeAwareSubscriber<?> subscriber, boolean wholly) {
		CancelScope.Registration registered;
		synchronized (this) {
			if (!this.live.remove(subscriber)) {
				return;
			}
			this.delivered |= wholly;
			if (!this.live.isEmpty()) {
				this.left = isLeft();
				return;
			}
			registered = this.registration;
			this.registration = null;
			dismiss(this.nextAttempt);
			dismiss(this.release);
		}
		if (registered != null) {
			registered.unregister();
		}
		finishIfOver();
	}

	private void finishIfOver() {
		Sinks.Empty<Void> finished;
		synchronized (this) {
			if (isGoingOn()) {
				return;
			}
			dismiss(this.abortion);
			this.stopping = false;
			this.left = false;
			this.attempts = 0;
			finished = this.over;
			this.over = Sinks.empty();
			// Race: the end, and a close that looks for what it has to wait for. It must
			// find nothing then: this one has a new end already, which never comes.
			this.connection.ended(this);
		}
		finished.tryEmitEmpty();
	}

	/** Stops the statement at the database. Does not block. */
	void stop() {
		synchronized (this) {
			if (this.stopping || this.aborted || this.live.isEmpty()) {
				return;
			}
			this.stopping = true;
			Duration abortAfter = this.connection.abortAfter();
			if (!abortAfter.isZero()) {
				this.abortion = later(() -> abort(abortAfter), abortAfter);
			}
			this.release = later(this::release, ANSWER_WITHIN);
		}
		attempt();
	}

	private void attempt() {
		synchronized (this) {
			if (this.live.isEmpty() || this.cancelling || this.aborted) {
				return;
			}
			if (!this.connection.isFirst(this)) {
				// The database is at an earlier statement of this connection.
				this.nextAttempt = later(this::attempt, PAUSES[0]);
				return;
			}
			this.cancelling = true;
			this.attempts++;
		}
		this.serverStop.stop().doFinally((signal) -> answered()).subscribe((nothing) -> {
		}, (failure) -> logger.debug("An attempt to stop a statement failed; others follow while it goes on", failure));
	}

	private void answered() {
		synchronized (this) {
			this.cancelling = false;
			if (!this.live.isEmpty() && !this.aborted) {
				Duration pause = PAUSES[Math.min(this.attempts, PAUSES.length) - 1];
				this.nextAttempt = later(this::attempt, pause);
				return;
			}
			if (this.aborted) {
				return;
			}
		}
		finishIfOver();
	}

	/** Subscribers do not wait any longer. What they leave goes on without them. */
	private void release() {
		List<ScopeAwareSubscriber<?>> waiting;
		synchronized (this) {
			if (!isGoingOn()) {
				return;
			}
			waiting = List.copyOf(this.live);
			this.left = true;
		}
		fail(waiting);
		waiting.forEach(ScopeAwareSubscriber::drain);
	}

	/**
	 * Tells one subscriber, which ends the others: whoever reads the rows ends who waits
	 * for results. The latter may be inside its {@code onNext} for as long as there are
	 * rows.
	 */
	private void fail(List<ScopeAwareSubscriber<?>> waiting) {
		if (this.scope.isCancelled() && !failOne(waiting, false)) {
			failOne(waiting, true);
		}
	}

	private boolean failOne(List<ScopeAwareSubscriber<?>> waiting, boolean ofResults) {
		for (ScopeAwareSubscriber<?> subscriber : waiting) {
			if (subscriber.isOfResults() == ofResults && subscriber.fail(this.scope.exception())) {
				return true;
			}
		}
		return false;
	}

	private void abort(Duration after) {
		List<ScopeAwareSubscriber<?>> waiting;
		synchronized (this) {
			if (this.aborted || (this.live.isEmpty() && !this.cancelling)) {
				return;
			}
			this.aborted = true;
			waiting = List.copyOf(this.live);
			dismiss(this.nextAttempt);
		}
		Abortion.report(this.scope.name(), after);
		this.connection.abort();
		fail(waiting);
		finishIfOver();
	}

	/** A subscriber has cancelled what is going on. */
	void leave() {
		synchronized (this) {
			this.left = isLeft();
			if (!this.left || this.connection.isInTransaction()) {
				// A database that stops a statement may give up its transaction, too.
				return;
			}
			if (this.delivered) {
				this.nextAttempt = later(this::stop, END_WITHIN);
				return;
			}
		}
		stop();
	}

	private boolean isLeft() {
		return this.left || (!this.live.isEmpty() && this.untaken.isEmpty()
				&& this.live.stream().allMatch(ScopeAwareSubscriber::isGone));
	}

	/**
	 * Nobody reads on, since the transaction or the connection ends.
	 * @param undone whether what the statement does is undone
	 */
	void giveUp(boolean undone) {
		List<ScopeAwareResult> results;
		boolean stop;
		synchronized (this) {
			if (!isGoingOn() || !this.live.stream().allMatch(ScopeAwareSubscriber::isGone)) {
				return;
			}
			results = List.copyOf(this.untaken);
			this.untaken.clear();
			this.left = true;
			stop = undone || !this.delivered;
		}
		results.forEach(this::discard);
		if (stop) {
			stop();
		}
	}

	/** Reads a result to its end for nobody. */
	void discard(ScopeAwareResult result) {
		if (result.take()) {
			Publisher<?> rest = result.target().getRowsUpdated();
			subscribe(rest, ScopeAwareSubscriber.draining(this));
		}
	}

	void handedOn(ScopeAwareResult result) {
		synchronized (this) {
			this.untaken.add(result);
		}
	}

	void taken(ScopeAwareResult result) {
		synchronized (this) {
			this.untaken.remove(result);
		}
	}

	void delivered() {
		synchronized (this) {
			this.delivered = true;
		}
	}

	/** Whether subscribers have left, so that functions of theirs are not called. */
	synchronized boolean isAbandoned() {
		return this.left;
	}

	/** Returns the end, if what comes next on the connection has to wait for it. */
	synchronized @Nullable Mono<Void> over() {
		return ((this.left || this.stopping) && isGoingOn()) ? this.over.asMono() : null;
	}

	private boolean isGoingOn() {
		return !this.aborted && (!this.live.isEmpty() || this.cancelling);
	}

	CancelScope scope() {
		return this.scope;
	}

	private static Disposable later(Runnable task, Duration delay) {
		return Schedulers.parallel().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
	}

	private static void dismiss(@Nullable Disposable task) {
		if (task != null) {
			task.dispose();
		}
	}

}
