package io.cancelscope;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A scope of the tree as its users see it. What all of this rests on is in
 * {@link ScopeNode}.
 */
sealed class TreeScope extends ScopeNode permits RememberedScope, WatchedScope {

	TreeScope(Setup setup, ScopeOptions options, @Nullable ScopeNode parent, boolean seesParent,
			@Nullable Frame previous, int flags, long own) {
		super(setup, options, parent, seesParent, previous, flags, own);
	}

	// Asking

	@Override
	public final String name() {
		return this.options.name;
	}

	@Override
	public final Optional<String> key() {
		return Optional.ofNullable(this.options.key);
	}

	@Override
	public final boolean isCancelled() {
		return cancellation() != null;
	}

	@Override
	public final Optional<CancelReason> reason() {
		Cancellation found = cancellation();
		return (found != null) ? Optional.of(found.reason()) : Optional.empty();
	}

	@Override
	public final void check() {
		Cancellation found = cancellation();
		if (found != null) {
			throw Failures.of(this, found);
		}
	}

	@Override
	public final boolean hasThrown() {
		Rarities rarities = raritiesIfAny();
		return rarities != null && rarities.whereaboutsIfAny() != null;
	}

	@Override
	public final RuntimeException exception() {
		Cancellation found = cancellation();
		if (found == null) {
			throw new IllegalStateException(Messages.notCancelled(name()));
		}
		return Failures.of(this, found);
	}

	@Override
	public final Optional<Deadline> deadline() {
		cancellation();
		long effective = effective();
		return (effective != Deadline.NONE) ? Optional.of(Deadline.at(effective, this.setup.timeSource))
				: Optional.empty();
	}

	@Override
	public final Optional<Duration> remaining() {
		if (cancellation() != null) {
			return Optional.of(Duration.ZERO);
		}
		long effective = effective();
		return (effective != Deadline.NONE) ? Optional.of(Duration.ofNanos(Math.max(0, effective - now())))
				: Optional.empty();
	}

	@Override
	public final Duration limit(Duration atMost) {
		Durations.requirePositive(atMost, name());
		check();
		long effective = effective();
		Duration left = (effective != Deadline.NONE) ? Duration.ofNanos(effective - now()) : atMost;
		Duration limit = (left.compareTo(atMost) < 0) ? left : atMost;
		return (limit.compareTo(Durations.LEAST) < 0) ? Durations.LEAST : limit;
	}

	@Override
	public final ScopeDetails details() {
		return Snapshot.of(this);
	}

	// Cancelling

	@Override
	public final boolean cancel() {
		return cancel("cancelled");
	}

	@Override
	public final boolean cancel(String message) {
		return cancel(message, null);
	}

	@Override
	public final boolean cancel(String message, @Nullable Throwable cause) {
		return cancel(CancelReason.Kind.REQUESTED, message, cause);
	}

	@Override
	public final boolean cancel(CancelReason.Kind kind, String message, @Nullable Throwable cause) {
		CancelReason.requireChosen(kind);
		Objects.requireNonNull(message, "message");
		return begin(kind, message, cause);
	}

	private boolean begin(CancelReason.Kind kind, String message, @Nullable Throwable cause) {
		Delivery delivery = new Delivery();
		boolean begun = begin(kind, message, cause, delivery);
		delivery.runHere();
		return begun;
	}

	/** Cancels, and leaves what is to be woken and told to the caller. */
	final boolean begin(CancelReason.Kind kind, String message, @Nullable Throwable cause, Delivery delivery) {
		if (cancellation() != null || isOver()) {
			return false;
		}
		CancelReason reason = new CancelReason(kind, message, cause, name());
		if (hasFlag(OBSERVED)) {
			Observed.tell(this, reason, delivery);
			return false;
		}
		Cancellation begun = Cancellation.begunAt(reason, this.options, now());
		if (!store(begun)) {
			cancellation(); // who was first may not have told the tree yet
			return false;
		}
		Spreading.spread(this, begun, delivery);
		return true;
	}

	@Override
	public final void failed(Throwable exception) {
		Objects.requireNonNull(exception, "exception");
		if (this.setup.news != null) {
			setFlag(FAILED);
		}
		if (!cancelsOn(exception) || cancellation() != null || isOver()) {
			return;
		}
		Cancellation failure = Cancellation.failedAt(exception, this.options, now());
		Delivery delivery = new Delivery();
		if (!hasFlag(OBSERVED)) {
			if (store(failure)) {
				Spreading.spread(this, failure, delivery);
			}
		}
		else if (climbs()) {
			Observed.tell(this, failure, delivery);
		}
		delivery.runHere();
	}

	private boolean cancelsOn(Throwable exception) {
		return Foreign.<Throwable, Boolean>ask(this.options.cancelOnException::test, exception, (ex) -> {
			Foreign.suppress(exception, ex);
			return true;
		});
	}

	@Override
	public final boolean isCauseOf(Throwable exception) {
		Objects.requireNonNull(exception, "exception");
		Cancellation found = cancellation();
		if (found == null || !found.begunHere()) {
			return false;
		}
		ScopeNode parent = visibleParent();
		return (parent == null || parent.cancellation() == null) && Failures.isOfOrInside(exception, this, found);
	}

	// Waking

	@Override
	public final Registration onCancel(Consumer<? super CancelReason> callback) {
		Objects.requireNonNull(callback, "callback");
		return register(callback, false);
	}

	@Override
	public final Registration onCancel(Stop stop) {
		Objects.requireNonNull(stop, "stop");
		return register((reason) -> Foreign.stop(stop), false);
	}

	@Override
	public final Registration afterCancel(Consumer<? super CancelReason> news) {
		Objects.requireNonNull(news, "news");
		return register(news, true);
	}

	private Registration register(Consumer<? super CancelReason> action, boolean afterStops) {
		ScopeNode scope = nearestUnreleased();
		if (scope == null) {
			return RootScope.NeverRuns.INSTANCE;
		}
		Attachment work = Attachment.underWhich(scope);
		if (work == null && !afterStops) {
			return enlist(new Callback(scope, action), scope);
		}
		WorkCallback callback = new WorkCallback(scope, action, work, afterStops);
		if (work != null && scope != this) {
			work.adopt(callback); // as if it had been registered before this one closed
		}
		return enlist(callback, scope);
	}

	private static Registration enlist(Callback callback, ScopeNode scope) {
		Linking.enlist(callback, scope);
		return callback;
	}

	@Override
	public final <T extends @Nullable Object, X extends Exception> T interruptibly(Operation<T, X> operation) throws X {
		Objects.requireNonNull(operation, "operation");
		ScopeNode target = nearestUnreleased();
		return (target != null) ? Region.run(target, this, operation) : operation.call(this);
	}

	@Override
	public final void sleep(Duration duration) throws InterruptedException {
		Objects.requireNonNull(duration, "duration");
		Waiting.sleep(this, this.setup.timeSource, duration);
	}

	@Override
	public final <T extends @Nullable Object> T await(Future<T> future)
			throws InterruptedException, ExecutionException {
		Objects.requireNonNull(future, "future");
		return Waiting.await(this, future);
	}

	@Override
	public final <T extends @Nullable Object, X extends Exception> T abandonable(Operation<T, X> operation,
			Consumer<? super T> late) throws X {
		Objects.requireNonNull(operation, "operation");
		Objects.requireNonNull(late, "late");
		return Abandonable.call(this, operation, late);
	}

	// Deadlines

	@Override
	public final boolean reschedule(Duration fromNow) {
		Objects.requireNonNull(fromNow, "fromNow");
		return reschedule(Deadline.after(fromNow, this.setup.timeSource));
	}

	@Override
	public final boolean reschedule(Deadline deadline) {
		Objects.requireNonNull(deadline, "deadline");
		long instant = Deadline.notBefore(now(), deadline.instantOn(this.setup.timeSource));
		if (cancellation() != null) {
			return false;
		}
		Snapshot.noteForNews(this);
		Observed observed = Observed.of(this);
		if (observed != null) {
			observed.reschedule(instant);
			return !isOver();
		}
		if (!moveOwn(instant)) {
			return false;
		}
		// An alarm that is set for later is replaced, one for earlier sets this one.
		if (cancellation() == null && (climbs() || links().hasSomethingToWake())) {
			Linking.armIfNeeded(this);
		}
		return true;
	}

	// Carrying

	@Override
	public final Runnable wrap(Runnable task) {
		markCarried();
		return Carrier.runnable(this, task);
	}

	@Override
	public final <T> Callable<T> wrap(Callable<T> task) {
		markCarried();
		return Carrier.callable(this, task);
	}

	@Override
	public final <T> Supplier<T> wrapSupplier(Supplier<T> task) {
		markCarried();
		return Carrier.supplier(this, task);
	}

	@Override
	public final Executor wrap(Executor executor) {
		Objects.requireNonNull(executor, "executor");
		markCarried();
		return (task) -> executor.execute(Carrier.runnable(this, task));
	}

	@Override
	public final Registration attach() {
		markCarried();
		return Attachment.push(this);
	}

	/** The entry among those that are remembered, if it has one. */
	Roots.@Nullable Root root() {
		return null;
	}

	void remember(Roots.Root root) {
		throw new IllegalStateException("Scope '" + name() + "' has a parent, which is tracked instead");
	}

	// Closing

	/** Whether it is not cancelled now, which is its end. */
	boolean closesQuietly() {
		return cancellation() == null;
	}

	@Override
	public final void close() {
		Closing.close(this);
	}

	@Override
	final String label() {
		return "scope '" + name() + "'";
	}

	@Override
	final String abandon(String outer) {
		begin(CancelReason.Kind.MISNESTED, outer + " was closed first", null);
		Closing.end(this, false);
		return "'" + name() + "'";
	}

	@Override
	public final String toString() {
		Object state = stored();
		String word = (state == null) ? "open"
				: (state instanceof Cancellation known) ? "cancelled: " + known.reason().kind() : "closed";
		long effective = effective();
		return "CancelScope['" + name() + "', " + word
				+ ((effective != Deadline.NONE) ? ", due " + Deadline.at(effective, this.setup.timeSource) : "") + "]";
	}

}
