package io.cancelscope.group;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.LogText;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

/**
 * A group of tasks that end together. The first failure cancels the other tasks and is
 * thrown by {@link #join()}. Neither {@code join} nor {@code close} returns before every
 * started task has ended and its scope is closed. The idea comes from Trio's nursery and
 * asyncio's {@code TaskGroup}.
 *
 * <pre>{@code
 * try (TaskGroup group = TaskGroup.open(scopes, ScopeOptions.timeout(Duration.ofSeconds(2)))) {
 *     Future<Fare> fare = group.fork(() -> fares.find(trip));
 *     Future<Seat> seat = group.fork(() -> seats.find(trip));
 *     group.join();
 *     return new Offer(fare.get(), seat.get());
 * }
 * }</pre>
 * <p>
 * The scope of the group is current in its block. Each task runs in its own scope below
 * it. A cancelled task stops at its next safe point, or when the resource that it waits
 * for is stopped. With {@link ScopeOptions#interrupt()} its thread is interrupted as
 * well.
 */
public final class TaskGroup implements AutoCloseable {

	private static final Logger logger = System.getLogger(CancelScope.class.getName());

	private final CancelScopes scopes;

	private final OpenScope scope;

	private final ScopeOptions taskOptions;

	private final Executor executor;

	/** Ends the threads of the group's own, if it has any. */
	private final Runnable endThreads;

	private final ForkedTasks tasks = new ForkedTasks();

	/** A task had not ended when the scope was cancelled. */
	private volatile boolean cutShort;

	private TaskGroup(CancelScopes scopes, OpenScope scope, boolean interrupts, Executor executor,
			Runnable endThreads) {
		this.scopes = scopes;
		this.scope = scope;
		ScopeOptions taskOptions = ScopeOptions.named(scope.name() + " task");
		this.taskOptions = interrupts ? taskOptions.interrupt() : taskOptions;
		this.executor = executor;
		this.endThreads = endThreads;
	}

	/**
	 * Opens a group inside the current scope, which runs its tasks on its own threads,
	 * and makes the scope of the group current on this thread until the group is closed.
	 * <p>
	 * On JDK 21 and later each task gets a virtual thread. On earlier JDKs the group has
	 * a pool of at most 256 daemon threads; further tasks wait in a queue. These threads
	 * end with the group, or after a second without work. Tasks that wait for other tasks
	 * of the same group can therefore need an executor of their own:
	 * {@link #open(CancelScopes, ScopeOptions, Executor)}.
	 * <p>
	 * A task runs with the context class loader of the thread that forks it. It inherits
	 * no inheritable thread-locals.
	 * @param scopes opens the scopes
	 * @param options the options of the group's scope
	 * @return the open group
	 */
	public static TaskGroup open(CancelScopes scopes, ScopeOptions options) {
		OwnThreads threads = new OwnThreads();
		return open(scopes, options, threads, threads::end);
	}

	/**
	 * Opens a group inside the current scope, and makes the scope of the group current on
	 * this thread until the group is closed.
	 * @param scopes opens the scopes
	 * @param options the options of the group's scope
	 * @param executor runs the tasks: a pool, or one thread for each task; if it rejects
	 * a task, {@code fork} throws
	 * @return the open group
	 */
	public static TaskGroup open(CancelScopes scopes, ScopeOptions options, Executor executor) {
		return open(scopes, options, Objects.requireNonNull(executor, "executor"), () -> {
		});
	}

	private static TaskGroup open(CancelScopes scopes, ScopeOptions options, Executor executor, Runnable endThreads) {
		Objects.requireNonNull(scopes, "scopes");
		Objects.requireNonNull(options, "options");
		OpenScope scope = scopes.open(options);
		TaskGroup group = new TaskGroup(scopes, scope, options.interrupts(), executor, endThreads);
		// A task that waits for a thread must not delay the end of a cancelled group.
		scope.onCancel((reason) -> group.abandonQueued());
		return group;
	}

	/**
	 * Runs tasks at the same time and returns the value of the first one that succeeds.
	 * The other tasks are then cancelled, and their values are discarded. Tasks that
	 * still wait for a thread are not started. The method returns when all started tasks
	 * have ended.
	 * <p>
	 * A task that fails does not affect the others. If all tasks fail, the first failure
	 * is thrown, with the others suppressed. If the race is cancelled before a task
	 * succeeds, for example by its deadline, the exception of its scope is thrown, with
	 * the failures so far suppressed. A value that a task returns in spite of that is
	 * returned, unless the options have {@link ScopeOptions#checkOnExit()}.
	 * <p>
	 * The tasks run below a scope with these options, as in {@link CancelScopes#call}. In
	 * a bubbling scope, a cancellation inside the race does not climb out of it. An
	 * exception that this method throws does.
	 * @param scopes opens the scopes
	 * @param options the options of the race's scope
	 * @param executor runs the tasks; if it rejects one, this method throws its exception
	 * @param tasks the tasks, started in the order of iteration
	 * @param <T> the type of the value
	 * @return the value of the first task that succeeded, which may be null
	 * @throws IllegalArgumentException if there are no tasks
	 * @throws io.cancelscope.ScopeCancelledException if the race was cancelled before a
	 * task succeeded
	 * @throws InterruptedException if a foreign interrupt hits this thread while it
	 * waits: the tasks are cancelled, and waited for. If one succeeds all the same, its
	 * value is returned and the interrupt flag is set
	 * @throws CompletionException if all tasks failed and the first failure is a checked
	 * exception, with that one as its cause; unchecked exceptions and errors are thrown
	 * as they are
	 */
	public static <T extends @Nullable Object> T race(CancelScopes scopes, ScopeOptions options, Executor executor,
			Collection<? extends Callable<? extends T>> tasks) throws InterruptedException {
		Objects.requireNonNull(scopes, "scopes");
		Objects.requireNonNull(options, "options");
		Objects.requireNonNull(executor, "executor");
		Objects.requireNonNull(tasks, "tasks");
		return new Race<T>(scopes, options, executor, tasks).run();
	}

	/**
	 * Starts a task in this group. Any thread may call this, for example another task of
	 * the group. If the group is cancelled, the task is not started and its future is
	 * cancelled.
	 * @param task the task
	 * @param <T> the type of its result
	 * @return its future; cancelling it cancels only the scope of this task, and
	 * {@link #join()} then waits for the task and does not throw
	 * @throws IllegalStateException if the group is closed
	 * @throws RejectedExecutionException if the executor rejects it
	 */
	public <T> Future<T> fork(Callable<T> task) {
		return fork(this.taskOptions, task);
	}

	/**
	 * Starts a task in this group, in a scope with a name. Otherwise the scope of a task
	 * is named after the group.
	 * @param name the name of the task's scope, not blank
	 * @param task the task
	 * @param <T> the type of its result
	 * @return its future, as {@link #fork(Callable)} returns it
	 * @throws IllegalArgumentException if the name is blank
	 * @throws IllegalStateException if the group is closed
	 * @throws RejectedExecutionException if the executor rejects it
	 */
	public <T> Future<T> fork(String name, Callable<T> task) {
		Objects.requireNonNull(name, "name");
		return fork(this.taskOptions.withName(name), task);
	}

	/**
	 * Starts a task without a result in this group.
	 * @param task the task
	 * @return its future, as {@link #fork(Callable)} returns it; its value is null
	 * @throws IllegalStateException if the group is closed
	 * @throws RejectedExecutionException if the executor rejects it
	 */
	public Future<?> fork(Runnable task) {
		Objects.requireNonNull(task, "task");
		return fork(this.taskOptions, Executors.callable(task));
	}

	private <T> Future<T> fork(ScopeOptions options, Callable<T> task) {
		Objects.requireNonNull(task, "task");
		OpenScope taskScope = openTaskScope(options);
		ForkedTask<T> forked = new ForkedTask<>(this, task, taskScope);
		try {
			add(forked);
			if (!this.scope.isCancelled()) {
				this.executor.execute(forked);
			}
		}
		catch (Throwable ex) {
			ended(forked);
			throw ex;
		}
		// Race: the group can be cancelled after the check above and before the task is
		// in the executor's queue.
		if (this.scope.isCancelled()) {
			forked.abandon();
		}
		return forked;
	}

	private OpenScope openTaskScope(ScopeOptions options) {
		CancelScope.Registration attached = this.scope.attach();
		try {
			return this.scopes.openUnbound(options);
		}
		finally {
			attached.close();
		}
	}

	private void add(ForkedTask<?> task) {
		if (!this.tasks.add(task)) {
			throw new IllegalStateException("Cannot fork a task: the task group '" + this.scope.name()
					+ "' is closed. Call fork(…) and join() inside its try-with-resources block.");
		}
	}

	/** Called when a task has ended, before its future completes. */
	void ending() {
		if (this.scope.isCancelled()) {
			this.cutShort = true;
		}
	}

	/** Called when a task has ended or will never begin. */
	void ended(ForkedTask<?> task) {
		try {
			// Order: join() promises that the scopes of the tasks are closed.
			task.scope().close();
		}
		finally {
			this.tasks.remove(task);
		}
	}

	/** Cancels the group for its first failure. The consequences are not failures. */
	void failed(Throwable ex) {
		if (this.scope.reason().filter((reason) -> TaskFailures.isCausedBy(ex, reason)).isPresent()) {
			return;
		}
		if (this.tasks.isFirst(ex)) {
			this.scope.cancel("a task failed with " + TaskFailures.textOf(ex), ex);
		}
	}

	private void abandonQueued() {
		this.tasks.notEnded().forEach(ForkedTask::abandon);
	}

	/**
	 * Waits until every started task has ended and its scope is closed. If a task failed,
	 * throws the first failure, with the others suppressed. If none failed and the group
	 * is cancelled, throws the exception of its scope. Can be called again after further
	 * forks.
	 * @throws io.cancelscope.ScopeCancelledException if no task failed and the group is
	 * cancelled
	 * @throws InterruptedException if a foreign interrupt hits this thread while it
	 * waits: the tasks are cancelled, and waited for
	 * @throws CompletionException if the first failure is a checked exception, with that
	 * one as its cause; unchecked exceptions and errors are thrown as they are
	 */
	public void join() throws InterruptedException {
		awaitAllOrThrow();
		this.scope.check();
	}

	/**
	 * Waits like {@link #join()}, but does not throw if the deadline of this group stops
	 * its tasks. At the deadline the unfinished tasks are cancelled, and this method
	 * returns when they have ended: a task that does not stop delays it. The futures of
	 * finished tasks keep their values.
	 * <p>
	 * Only the deadline of this group counts. If the group is cancelled for another
	 * reason, or a scope around it is cancelled as well, this method throws like
	 * {@code join()}.
	 * <p>
	 * After the deadline the scope of the group is cancelled, and with
	 * {@link ScopeOptions#interrupt()} the interrupt flag of this thread stays set until
	 * the group is closed. Work with the values after its block:
	 *
	 * <pre>{@code
	 * boolean complete;
	 * try (TaskGroup group = TaskGroup.open(scopes, ScopeOptions.timeout(Duration.ofSeconds(2)))) {
	 *     suppliers.forEach((supplier) -> offers.add(group.fork(supplier::offer)));
	 *     complete = group.joinUntilDeadline();
	 * }
	 * }</pre>
	 * @return {@code true} if all tasks ended in time, also if the deadline has passed
	 * since then; {@code false} if the deadline cancelled a task or kept it from starting
	 * @throws io.cancelscope.ScopeCancelledException if no task failed and the group is
	 * cancelled other than by its own deadline
	 * @throws InterruptedException as {@link #join()}
	 * @throws CompletionException as {@link #join()}
	 */
	public boolean joinUntilDeadline() throws InterruptedException {
		awaitAllOrThrow();
		try {
			this.scope.check();
			return true;
		}
		catch (RuntimeException ex) {
			if (isOwnDeadline(ex)) {
				return !this.cutShort;
			}
			throw ex;
		}
	}

	private boolean isOwnDeadline(RuntimeException ex) {
		return this.scope.reason().filter((reason) -> reason.kind() == CancelReason.Kind.DEADLINE).isPresent()
				&& this.scope.isCauseOf(ex);
	}

	private void awaitAllOrThrow() throws InterruptedException {
		boolean interrupted = awaitAll(true);
		Throwable failure = this.tasks.takeFailure();
		if (interrupted) {
			throw TaskFailures.interruption(this.scope.name(), (failure != null) ? List.of(failure) : List.of());
		}
		if (failure != null) {
			throw TaskFailures.unchecked(failure, this.scope.name());
		}
	}

	/**
	 * Waits for all tasks, whatever happens. An interrupt while the scope is not
	 * cancelled is a foreign one and cancels the tasks. One while it is cancelled can be
	 * the scope's own, so the flag is set again: the end of the scope decides.
	 * @return whether a foreign interrupt cancelled the tasks
	 */
	boolean awaitAll(boolean reportInterrupt) {
		boolean foreign = false;
		boolean unclear = false;
		while (true) {
			try {
				this.tasks.awaitNone();
				break;
			}
			catch (InterruptedException ex) {
				if (reportInterrupt && !foreign
						&& this.scope.cancel("the thread that waits for the tasks was interrupted")) {
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

	/**
	 * Returns the scope of the group.
	 * @return the scope that the scopes of all tasks are below
	 */
	public CancelScope scope() {
		return this.scope;
	}

	/**
	 * Cancels the tasks that have not ended, waits for those that were started, and
	 * closes the scope of the group. Never throws the failure of a task: {@link #join()}
	 * does, and a failure without a {@code join} is logged. A second call does nothing.
	 */
	@Override
	public void close() {
		if (!this.tasks.close()) {
			return;
		}
		try {
			if (!this.tasks.notEnded().isEmpty()) {
				this.scope.cancel("the task group was closed before its tasks had ended");
			}
			awaitAll(false);
			logUnseenFailure();
		}
		finally {
			this.endThreads.run();
			this.scope.close();
		}
	}

	private void logUnseenFailure() {
		Throwable failure = this.tasks.unseenFailure();
		if (failure != null) {
			log("A task of '" + this.scope.name()
					+ "' failed, and no join() reported it. Call join() before the group is closed", failure);
		}
	}

	private static void log(String message, Throwable failure) {
		String line = LogText.of(message);
		try {
			logger.log(Level.WARNING, line, failure);
		}
		catch (Throwable ex) {
			// A logger can fail on an exception whose text cannot be computed.
			logger.log(Level.WARNING, line + ": " + TaskFailures.textOf(failure));
		}
	}

}
