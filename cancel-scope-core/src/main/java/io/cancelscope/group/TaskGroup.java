package io.cancelscope.group;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;

/**
 * Tasks that belong together: the first failure cancels the rest and is thrown by
 * {@link #join()}, and neither {@code join} nor {@code close} returns before every
 * started task has ended.
 * <p>
 * <strong>Not built yet:</strong> for now {@link #open} throws
 * {@link UnsupportedOperationException}. Use {@link CancelScopes#propagating} with a
 * bubbling scope.
 */
public final class TaskGroup implements AutoCloseable {

	private final CancelScope scope;

	private TaskGroup(CancelScope scope) {
		this.scope = scope;
	}

	/**
	 * Not built yet.
	 * @param scopes opens the group's scope
	 * @param options what kind of scope
	 * @param executor runs the tasks
	 * @return never
	 */
	public static TaskGroup open(CancelScopes scopes, ScopeOptions options, Executor executor) {
		throw notBuilt();
	}

	/**
	 * Not built yet.
	 * @param task the task
	 * @param <T> the type of its result
	 * @return never
	 */
	public <T> Future<T> fork(Callable<T> task) {
		throw notBuilt();
	}

	/**
	 * Not built yet.
	 * @throws InterruptedException never
	 */
	public void join() throws InterruptedException {
		throw notBuilt();
	}

	/**
	 * Returns the group's scope.
	 * @return the scope that all tasks of this group run in
	 */
	public CancelScope scope() {
		return this.scope;
	}

	/**
	 * Not built yet.
	 */
	@Override
	public void close() {
		throw notBuilt();
	}

	private static UnsupportedOperationException notBuilt() {
		return new UnsupportedOperationException("TaskGroup is not built yet: use CancelScopes.propagating(executor)"
				+ " inside a scope that bubbles instead.");
	}

}
