package io.cancelscope.group;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that belong together: the first failure cancels the rest and is thrown by
 * {@link #join()}, and neither {@code join} nor {@code close} returns before every
 * started task has ended. From Trio's nursery and asyncio's {@code TaskGroup}.
 *
 * <pre>{@code
 * try (TaskGroup group = TaskGroup.open(scopes, ScopeOptions.timeout(Duration.ofSeconds(2)), executor)) {
 *     Future<Fare> fare = group.fork(() -> fares.find(trip));
 *     Future<Seat> seat = group.fork(() -> seats.find(trip));
 *     group.join();
 *     return new Offer(fare.get(), seat.get());
 * }
 * }</pre>
 *
 * The group's scope is current in its block, and each task runs in a scope of its own
 * below it. A task stops where it checks, or where what it blocks on is stopped; with
 * {@link ScopeOptions#interrupt()} its thread is interrupted too. Built on the public API
 * alone.
 */
public final class TaskGroup implements AutoCloseable {

	private static final Logger logger = System.getLogger(CancelScope.class.getName());

	private final CancelScopes scopes;

	private final OpenScope scope;

	private final ScopeOptions taskOptions;

	private final Executor executor;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition allEnded = this.lock.newCondition();

	/** Forked and not ended; guarded by the lock, like all below. */
	private final Set<ForkedTask<?>> tasks = new LinkedHashSet<>();

	private @Nullable Throwable failure;

	private boolean failureWasThrown;

	private boolean closed;

	private TaskGroup(CancelScopes scopes, OpenScope scope, ScopeOptions taskOptions, Executor executor) {
		this.scopes = scopes;
		this.scope = scope;
		this.taskOptions = taskOptions;
		this.executor = executor;
	}

	/**
	 * Opens a group inside the current scope, and makes the group's scope current on this
	 * thread until the group is closed there.
	 * @param scopes opens the scopes
	 * @param options what kind of scope the group has
	 * @param executor runs the tasks: a pool, or a thread each; if it rejects a task,
	 * {@code fork} throws
	 * @return the open group
	 */
	public static TaskGroup open(CancelScopes scopes, ScopeOptions options, Executor executor) {
		Objects.requireNonNull(scopes, "scopes");
		Objects.requireNonNull(options, "options");
		Objects.requireNonNull(executor, "executor");
		OpenScope scope = scopes.open(options);
		ScopeOptions taskOptions = ScopeOptions.named(scope.name() + " task");
		TaskGroup group = new TaskGroup(scopes, scope, options.interrupts() ? taskOptions.interrupt() : taskOptions,
				executor);
		// Tasks that still wait for a thread must not keep anybody waiting.
		scope.onCancel((reason) -> group.abandonQueued());
		return group;
	}

	/**
	 * Starts a task in this group; also from another thread, such as another task of the
	 * group. If the group is cancelled, the task is not started and its future is
	 * cancelled.
	 * @param task the task
	 * @param <T> the type of its result
	 * @return its future; cancelling it cancels this task's scope and no other, and
	 * {@link #join()} then waits for the task without complaint
	 * @throws IllegalStateException if the group is closed
	 * @throws RejectedExecutionException if the executor rejects it
	 */
	public <T> Future<T> fork(Callable<T> task) {
		Objects.requireNonNull(task, "task");
		OpenScope taskScope = openTaskScope();
		ForkedTask<T> forked = new ForkedTask<>(this, task, taskScope);
		try {
			add(forked);
			if (!this.scope.isCancelled()) {
				this.executor.execute(forked);
			}
		}
		catch (RuntimeException | Error ex) {
			ended(forked);
			throw ex;
		}
		// Guards against a cancellation between the look above and the queue.
		if (this.scope.isCancelled()) {
			forked.abandon();
		}
		return forked;
	}

	private OpenScope openTaskScope() {
		CancelScope.Registration attached = this.scope.attach();
		try {
			return this.scopes.openUnbound(this.taskOptions);
		}
		finally {
			attached.close();
		}
	}

	private void add(ForkedTask<?> task) {
		this.lock.lock();
		try {
			if (this.closed) {
				throw new IllegalStateException("The task group '" + this.scope.name()
						+ "' is closed: fork inside its try-with-resources block, and join() before it ends.");
			}
			this.tasks.add(task);
		}
		finally {
			this.lock.unlock();
		}
	}

	void ended(ForkedTask<?> task) {
		this.lock.lock();
		try {
			this.tasks.remove(task);
			if (this.tasks.isEmpty()) {
				this.allEnded.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
		task.scope().close();
	}

	/** The first failure stops the others; what those throw because of it is no news. */
	void failed(Throwable ex) {
		if (isOurCancellation(ex)) {
			return;
		}
		boolean first;
		this.lock.lock();
		try {
			Throwable known = this.failure;
			first = known == null;
			if (known == null) {
				this.failure = ex;
			}
			else if (known != ex) {
				known.addSuppressed(ex);
			}
		}
		finally {
			this.lock.unlock();
		}
		if (first) {
			this.scope.cancel("a task failed with " + ex, ex);
		}
	}

	private boolean isOurCancellation(Throwable ex) {
		ScopeCancelledException ours = ScopeCancelledException.findIn(ex);
		return ours != null && this.scope.reason().filter((reason) -> reason == ours.reason()).isPresent();
	}

	private void abandonQueued() {
		List<ForkedTask<?>> tasks;
		this.lock.lock();
		try {
			tasks = List.copyOf(this.tasks);
		}
		finally {
			this.lock.unlock();
		}
		tasks.forEach(ForkedTask::abandon);
	}

	/**
	 * Waits until every started task has ended. If one failed, throws what the first one
	 * threw, with what the others threw suppressed. If none failed and the group is
	 * cancelled, throws its scope's exception. May be called again after further forks.
	 * @throws InterruptedException if somebody interrupted this thread meanwhile: the
	 * tasks are then cancelled, and waited for all the same
	 * @throws CompletionException with a checked exception of a task as its cause;
	 * unchecked ones and errors are thrown as they are
	 */
	public void join() throws InterruptedException {
		boolean interrupted = awaitAll(true);
		Throwable failure = takeFailure();
		if (interrupted) {
			InterruptedException ex = new InterruptedException(
					"Interrupted while waiting for the tasks of '" + this.scope.name() + "', which were cancelled");
			if (failure != null) {
				ex.addSuppressed(failure);
			}
			throw ex;
		}
		if (failure instanceof RuntimeException ex) {
			throw ex;
		}
		if (failure instanceof Error ex) {
			throw ex;
		}
		if (failure != null) {
			throw new CompletionException("A task of '" + this.scope.name() + "' failed: " + failure.getMessage(),
					failure);
		}
		this.scope.check();
	}

	private @Nullable Throwable takeFailure() {
		this.lock.lock();
		try {
			this.failureWasThrown = true;
			return this.failure;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits for all tasks, whatever happens. An interrupt while the scope is fine is
	 * somebody else's, and stops the tasks; one while it is cancelled may be the scope's
	 * own, so the flag is put back for whoever ends that scope to decide.
	 */
	private boolean awaitAll(boolean reportInterrupt) {
		boolean foreign = false;
		boolean unclear = false;
		while (true) {
			try {
				awaitEmpty();
				break;
			}
			catch (InterruptedException ex) {
				if (reportInterrupt && !foreign && this.scope.cancel("the thread that waits for it was interrupted")) {
					foreign = true;
				}
				else {
					unclear = true;
				}
			}
		}
		if (unclear) {
			Thread.currentThread().interrupt();
		}
		return foreign;
	}

	private void awaitEmpty() throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			while (!this.tasks.isEmpty()) {
				this.allEnded.await();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Returns the group's scope.
	 * @return the scope that the scopes of all tasks are below
	 */
	public CancelScope scope() {
		return this.scope;
	}

	/**
	 * Cancels the tasks that have not ended, waits for those that were started, and
	 * closes the group's scope. Never throws what a task threw: that is
	 * {@link #join()}'s, and a failure that nobody asked for is logged. A second call
	 * does nothing.
	 */
	@Override
	public void close() {
		if (!beginClosing()) {
			return;
		}
		try {
			awaitAll(false);
			logUnseenFailure();
		}
		finally {
			this.scope.close();
		}
	}

	private boolean beginClosing() {
		boolean running;
		this.lock.lock();
		try {
			if (this.closed) {
				return false;
			}
			this.closed = true;
			running = !this.tasks.isEmpty();
		}
		finally {
			this.lock.unlock();
		}
		if (running) {
			this.scope.cancel("the task group was closed before its tasks had ended");
		}
		return true;
	}

	private void logUnseenFailure() {
		Throwable failure;
		this.lock.lock();
		try {
			failure = this.failureWasThrown ? null : this.failure;
		}
		finally {
			this.lock.unlock();
		}
		if (failure != null) {
			logger.log(Level.WARNING, "A task of '" + this.scope.name()
					+ "' failed and nobody asked: call join() before the group is closed", failure);
		}
	}

}
