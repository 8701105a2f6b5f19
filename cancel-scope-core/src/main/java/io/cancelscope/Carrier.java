package io.cancelscope;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Makes tasks that take a scope along; {@code null} stands for the root, where a task
 * runs without any scope, whatever its thread had before.
 */
final class Carrier {

	private Carrier() {
	}

	static Runnable runnable(@Nullable ScopeNode scope, Runnable task) {
		Objects.requireNonNull(task, "task");
		return new CarriedRunnable(scope, task);
	}

	static <T> Callable<T> callable(@Nullable ScopeNode scope, Callable<T> task) {
		Objects.requireNonNull(task, "task");
		return () -> {
			Attachment attachment = start(scope);
			return finish(attachment, task);
		};
	}

	/** Like {@link #callable}, but runs its task also in a cancelled scope. */
	static <T> Callable<T> callableAlways(@Nullable ScopeNode scope, Callable<T> task) {
		Objects.requireNonNull(task, "task");
		return () -> finish(Attachment.push(scope), task);
	}

	static <T> Supplier<T> supplier(@Nullable ScopeNode scope, Supplier<T> task) {
		Objects.requireNonNull(task, "task");
		return () -> {
			Attachment attachment = start(scope);
			return finishUnchecked(attachment, task);
		};
	}

	private static Attachment start(@Nullable ScopeNode scope) {
		if (scope != null) {
			scope.check();
		}
		return Attachment.push(scope);
	}

	private static <T> T finish(Attachment attachment, Callable<T> task) throws Exception {
		try (attachment) {
			return task.call();
		}
	}

	private static <T> T finishUnchecked(Attachment attachment, Supplier<T> task) {
		try (attachment) {
			return task.get();
		}
	}

	/** A class of its own, so that a decorator can tell that a task carries already. */
	static final class CarriedRunnable implements Runnable {

		private final @Nullable ScopeNode scope;

		private final Runnable task;

		CarriedRunnable(@Nullable ScopeNode scope, Runnable task) {
			this.scope = scope;
			this.task = task;
		}

		@Override
		public void run() {
			Attachment attachment = Attachment.push(this.scope);
			try (attachment) {
				this.task.run();
			}
		}

		@Override
		public String toString() {
			return this.task + " in " + ((this.scope != null) ? this.scope : RootScope.INSTANCE);
		}

	}

}
