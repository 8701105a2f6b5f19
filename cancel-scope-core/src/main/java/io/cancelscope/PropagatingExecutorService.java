package io.cancelscope;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs each task in the scope of its submitter, as it was at submit time.
 */
class PropagatingExecutorService implements ExecutorService {

	private final ExecutorService executor;

	PropagatingExecutorService(ExecutorService executor) {
		this.executor = executor;
	}

	static Runnable carry(Runnable task) {
		return CancelScope.current().wrap(Objects.requireNonNull(task, "task"));
	}

	static <T> Callable<T> carry(Callable<T> task) {
		Objects.requireNonNull(task, "task");
		ScopeNode scope = ScopeStack.currentNode(ScopeStack.cell());
		if (scope != null) {
			scope.markCarried();
		}
		return Carrier.callableAlways(scope, task);
	}

	private static <T> List<Callable<T>> carryAll(Collection<? extends Callable<T>> tasks) {
		return tasks.stream().map((task) -> carry(task)).toList();
	}

	@Override
	public void execute(Runnable command) {
		this.executor.execute(carry(command));
	}

	@Override
	public <T> Future<T> submit(Callable<T> task) {
		return this.executor.submit(carry(task));
	}

	@Override
	public <T> Future<T> submit(Runnable task, T result) {
		return this.executor.submit(carry(task), result);
	}

	@Override
	public Future<?> submit(Runnable task) {
		return this.executor.submit(carry(task));
	}

	@Override
	public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
		return this.executor.invokeAll(carryAll(tasks));
	}

	@Override
	public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
			throws InterruptedException {
		return this.executor.invokeAll(carryAll(tasks), timeout, unit);
	}

	@Override
	public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
		return this.executor.invokeAny(carryAll(tasks));
	}

	@Override
	public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
			throws InterruptedException, ExecutionException, TimeoutException {
		return this.executor.invokeAny(carryAll(tasks), timeout, unit);
	}

	@Override
	public void shutdown() {
		this.executor.shutdown();
	}

	@Override
	public List<Runnable> shutdownNow() {
		return this.executor.shutdownNow();
	}

	@Override
	public boolean isShutdown() {
		return this.executor.isShutdown();
	}

	@Override
	public boolean isTerminated() {
		return this.executor.isTerminated();
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
		return this.executor.awaitTermination(timeout, unit);
	}

	@Override
	public String toString() {
		return "propagating " + this.executor;
	}

}
