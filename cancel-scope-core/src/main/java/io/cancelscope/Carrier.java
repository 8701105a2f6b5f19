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
			checkBeforeStart(scope);
			return carry(scope, task);
		};
	}

	/** Like {@link #callable}, but runs its task also in a cancelled scope. */
	static <T> Callable<T> callableAlways(@Nullable ScopeNode scope, Callable<T> task) {
		Objects.requireNonNull(task, "task");
		return () -> carry(scope, task);
	}

	static <T> Supplier<T> supplier(@Nullable ScopeNode scope, Supplier<T> task) {
		Objects.requireNonNull(task, "task");
		return () -> {
			checkBeforeStart(scope);
			return Carrier.<T, RuntimeException>carryOperation(scope, (current) -> task.get());
		};
	}

	private static void checkBeforeStart(@Nullable ScopeNode scope) {
		if (scope != null) {
			scope.check();
		}
	}

	private static <T> T carry(@Nullable ScopeNode scope, Callable<T> task) throws Exception {
		return Carrier.<T, Exception>carryOperation(scope, (current) -> task.call());
	}

	static <T extends @Nullable Object, X extends Exception> T carryOperation(@Nullable ScopeNode scope,
			CancelScope.Operation<T, X> task) throws X {
		Attachment attachment = Attachment.push(scope);
		T result;
		try {
			result = task.call((scope != null) ? scope : RootScope.INSTANCE);
		}
		catch (Throwable ex) {
			throwTranslated(attachment, ex);
			throw ex;
		}
		attachment.end(null);
		return result;
	}

	private static void throwTranslated(Attachment attachment, Throwable thrown) {
		RuntimeException ours = null;
		try {
			ours = attachment.end(thrown);
		}
		catch (IllegalStateException ex) {
			thrown.addSuppressed(ex);
		}
		if (ours != null) {
			throw ours;
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
			Object[] cell = ScopeStack.cell();
			ScopeNode scope = this.scope;
			if (scope != null && cell[0] == scope && isPlainHere(scope)) {
				runHere(cell, scope);
				return;
			}
			Attachment attachment = Attachment.push(scope);
			try {
				this.task.run();
			}
			catch (Throwable ex) {
				throwTranslated(attachment, ex);
				throw ex;
			}
			attachment.end(null);
		}

		/**
		 * Whether attaching the scope where it is on top already makes no difference: it
		 * is open, interrupts nobody, and nobody listens.
		 */
		private static boolean isPlainHere(ScopeNode scope) {
			return scope.stored() == null && (scope.flags() & ScopeNode.INTERRUPTS) == 0 && !scope.setup.noting;
		}

		/**
		 * Run by who submitted it: there is nothing to attach, only to see that it is
		 * left as it was.
		 */
		private void runHere(Object[] cell, ScopeNode scope) {
			try {
				this.task.run();
			}
			catch (Throwable ex) {
				try {
					leaveHere(cell, scope);
				}
				catch (IllegalStateException misnested) {
					ex.addSuppressed(misnested);
				}
				throw ex;
			}
			leaveHere(cell, scope);
		}

		private static void leaveHere(Object[] cell, ScopeNode scope) {
			if (cell[0] != scope && ScopeStack.contains(cell, scope)) {
				ScopeStack.dropAbove(cell, scope, Attachment.label(scope.name()));
			}
		}

		@Override
		public String toString() {
			return this.task + " in " + ((this.scope != null) ? this.scope : RootScope.INSTANCE);
		}

	}

}
