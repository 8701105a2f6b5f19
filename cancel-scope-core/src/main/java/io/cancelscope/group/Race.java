package io.cancelscope.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of which the first to succeed wins. The scope of the race is that of a
 * {@link CancelScopes#call}. Inside it the tasks form a group, so that stopping the
 * losers cancels the scope of that group, and the scope of the race is cancelled only
 * from outside.
 */
final class Race<T extends @Nullable Object> {

	private final CancelScopes scopes;

	private final ScopeOptions options;

	private final Executor executor;

	private final List<Callable<? extends T>> tasks;

	private final ReentrantLock lock = new ReentrantLock();

	/** The first success; guarded by the lock, like the next two. */
	private @Nullable Success<T> winner;

	/** What tasks threw, except for the consequences of being stopped. */
	private final List<Throwable> failures = new ArrayList<>();

	/** How many tasks failed before the race was decided. */
	private int failedByThemselves;

	/**
	 * The exception of the tasks' group, read when all tasks of a lost race have ended.
	 */
	private @Nullable RuntimeException stopped;

	Race(CancelScopes scopes, ScopeOptions options, Executor executor,
			Collection<? extends Callable<? extends T>> tasks) {
		this.scopes = scopes;
		this.options = options;
		this.executor = executor;
		this.tasks = copyOf(tasks);
	}

	private static <T extends @Nullable Object> List<Callable<? extends T>> copyOf(
			Collection<? extends Callable<? extends T>> tasks) {
		List<Callable<? extends T>> copy = new ArrayList<>(tasks.size());
		for (Callable<? extends T> task : tasks) {
			copy.add(Objects.requireNonNull(task, () -> "tasks[" + copy.size() + "]"));
		}
		if (copy.isEmpty()) {
			throw new IllegalArgumentException(
					"The tasks of a race must not be empty, but there were 0. Pass at least one task.");
		}
		return copy;
	}

	T run() throws InterruptedException {
		return this.scopes.<T, InterruptedException>call(this.options, this::runIn);
	}

	private T runIn(CancelScope scope) throws InterruptedException {
		boolean interrupted = scope.details().bubbling() ? holdBehindBarrier(scope) : hold(scope);
		Success<T> winner = winner();
		if (winner != null) {
			if (interrupted) {
				// Set instead of thrown, because the value would be lost.
				Thread.currentThread().interrupt();
			}
			return winner.value;
		}
		if (interrupted) {
			throw TaskFailures.interruption(scope.name(), failures());
		}
		throw failure(scope);
	}

	/**
	 * Holds the race where a cancellation climbs: stopping the losers must not cancel
	 * what is around the race. Only a detached scope stops a cancellation on its way up,
	 * so what comes from above is handed down explicitly.
	 */
	private boolean holdBehindBarrier(CancelScope scope) {
		try (OpenScope barrier = openBarrier(scope);
				CancelScope.Registration handingDown = scope.onCancel((reason) -> handDown(reason, barrier))) {
			Objects.requireNonNull(handingDown);
			return hold(barrier);
		}
	}

	private OpenScope openBarrier(CancelScope scope) {
		ScopeOptions detached = ScopeOptions.named(scope.name()).detached();
		Deadline deadline = scope.deadline().orElse(null);
		try {
			return this.scopes.open(detached.withDeadline(deadline));
		}
		catch (IllegalArgumentException ex) {
			// The scope lives on another time source than the CancelScopes: its deadline
			// only arrives as a cancellation.
			return this.scopes.open(detached);
		}
	}

	private static void handDown(CancelReason reason, CancelScope barrier) {
		barrier.cancel(reason.message(), reason.cause());
	}

	/**
	 * Starts the tasks and waits until all of them have ended.
	 * @return whether a foreign interrupt arrived meanwhile
	 */
	private boolean hold(CancelScope around) {
		String name = around.name() + " task";
		ScopeOptions inner = ScopeOptions.named(around.name());
		try (TaskGroup group = TaskGroup.open(this.scopes, this.options.interrupts() ? inner.interrupt() : inner,
				this.executor)) {
			for (Callable<? extends T> task : this.tasks) {
				if (winner() != null) {
					break;
				}
				group.fork(name, () -> compete(task, group.scope()));
			}
			boolean interrupted = group.awaitAll(true);
			this.stopped = (winner() == null) ? exceptionOf(group.scope()) : null;
			return interrupted;
		}
	}

	private @Nullable Object compete(Callable<? extends T> task, CancelScope group) throws Exception {
		T value;
		try {
			value = task.call();
		}
		catch (Throwable ex) {
			lost(ex, group);
			return null;
		}
		if (won(value)) {
			group.cancel("another task won the race");
		}
		return null;
	}

	private boolean won(T value) {
		this.lock.lock();
		try {
			if (this.winner != null) {
				return false;
			}
			this.winner = new Success<>(value);
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Keeps what a task threw, unless it is only the consequence of being stopped. */
	private void lost(Throwable failure, CancelScope group) {
		CancelReason stopped = group.reason().orElse(null);
		if (stopped != null && (failure instanceof InterruptedException || TaskFailures.isCausedBy(failure, stopped))) {
			return;
		}
		this.lock.lock();
		try {
			this.failures.add(failure);
			if (stopped == null) {
				this.failedByThemselves++;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable Success<T> winner() {
		this.lock.lock();
		try {
			return this.winner;
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Throwable> failures() {
		this.lock.lock();
		try {
			return List.copyOf(this.failures);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Returns the exception of a race that nobody won; called when all tasks have ended.
	 */
	private RuntimeException failure(CancelScope scope) {
		List<Throwable> failures = failures();
		RuntimeException stopped = null;
		if (this.failedByThemselves < this.tasks.size()) {
			stopped = exceptionOf(scope);
			stopped = (stopped != null) ? stopped : this.stopped;
		}
		Throwable thrown = (stopped != null) ? stopped : failures.get(0);
		failures.forEach((failure) -> TaskFailures.suppress(thrown, failure));
		return TaskFailures.unchecked(thrown, scope.name());
	}

	private static @Nullable RuntimeException exceptionOf(CancelScope scope) {
		try {
			scope.check();
			return null;
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	/** A value, which may be null. */
	private record Success<T extends @Nullable Object>(T value) {
	}

}
