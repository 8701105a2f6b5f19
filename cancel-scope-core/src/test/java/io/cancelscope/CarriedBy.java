package io.cancelscope;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The ways in which work takes a scope to another thread.
 */
enum CarriedBy {

	RUNNABLE {
		@Override
		Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task) {
			return scope.wrap(task);
		}
	},

	CALLABLE {
		@Override
		Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task) {
			Callable<Object> wrapped = scope.wrap(Executors.callable(task));
			return () -> {
				try {
					wrapped.call();
				}
				catch (Exception ex) {
					throw new AssertionError(ex);
				}
			};
		}
	},

	SUPPLIER {
		@Override
		Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task) {
			return scope.wrapSupplier(() -> {
				task.run();
				return true;
			})::get;
		}
	},

	EXECUTOR {
		@Override
		Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task) {
			Deque<Runnable> queue = new ArrayDeque<>();
			scope.wrap((Executor) queue::add).execute(task);
			return queue.remove();
		}
	},

	ATTACHMENT {
		@Override
		Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task) {
			return () -> {
				CancelScope.Registration attached = scope.attach();
				try {
					task.run();
				}
				finally {
					attached.close();
				}
			};
		}
	},

	PROPAGATING_EXECUTOR {
		@Override
		Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task) {
			Deque<Runnable> queue = new ArrayDeque<>();
			scope.wrap(() -> scopes.propagating((Executor) queue::add).execute(task)).run();
			return queue.remove();
		}
	},

	PROPAGATING_SERVICE {
		@Override
		Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task) {
			Queue queue = new Queue();
			ExecutorService propagating = scopes.propagating(queue);
			scope.wrap((Runnable) () -> propagating.submit(Executors.callable(task))).run();
			return queue.tasks.remove();
		}
	};

	/**
	 * Hands a task over in this way.
	 * @param scopes where the scope was opened
	 * @param scope the scope to take along
	 * @param task the work
	 * @return what the other thread is to run
	 */
	abstract Runnable carry(CancelScopes scopes, CancelScope scope, Runnable task);

	/** Keeps what it is given until a test runs it. */
	private static final class Queue extends AbstractExecutorService {

		private final Deque<Runnable> tasks = new ArrayDeque<>();

		@Override
		public void execute(Runnable command) {
			this.tasks.add(command);
		}

		@Override
		public void shutdown() {
			this.tasks.clear();
		}

		@Override
		public List<Runnable> shutdownNow() {
			return List.copyOf(this.tasks);
		}

		@Override
		public boolean isShutdown() {
			return false;
		}

		@Override
		public boolean isTerminated() {
			return false;
		}

		@Override
		public boolean awaitTermination(long timeout, TimeUnit unit) {
			return false;
		}

	}

}
