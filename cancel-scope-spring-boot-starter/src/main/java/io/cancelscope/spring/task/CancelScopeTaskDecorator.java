package io.cancelscope.spring.task;

import java.util.concurrent.RunnableScheduledFuture;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;

import org.springframework.core.task.TaskDecorator;

/**
 * Runs tasks in the scope of the thread that hands them to the executor. Where no scope
 * is open, the task stays what it is.
 * <p>
 * A scheduler decorates a task once and runs it for ever: it would run with the scope of
 * a request that ended long ago. So what is scheduled runs without any scope, also where
 * another decorator captures one: this one is the innermost, and what it does counts.
 */
final class CancelScopeTaskDecorator implements TaskDecorator {

	/** Has let go what runs in it, which leaves the root. */
	private static final OpenScope NO_SCOPE = CancelScopes.create().openUnbound(ScopeOptions.none().detached());

	static {
		NO_SCOPE.close();
	}

	@Override
	public Runnable decorate(Runnable task) {
		if (task instanceof CarryingTask || !(CancelScope.current() instanceof OpenScope scope)) {
			return task;
		}
		return new CarryingTask((task instanceof RunnableScheduledFuture) ? NO_SCOPE.wrap(task) : scope.wrap(task));
	}

	private record CarryingTask(Runnable carrier) implements Runnable {

		@Override
		public void run() {
			this.carrier.run();
		}

		@Override
		public String toString() {
			return this.carrier.toString();
		}

	}

}
