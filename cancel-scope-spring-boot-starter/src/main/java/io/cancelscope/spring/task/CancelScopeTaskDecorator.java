package io.cancelscope.spring.task;

import java.util.concurrent.RunnableScheduledFuture;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;

import org.springframework.core.task.TaskDecorator;

/**
 * Runs tasks in the scope of the thread that hands them to the executor. Where no scope
 * is open, the task stays what it is.
 * <p>
 * A scheduler decorates a task once and runs it for ever, so what is scheduled is left
 * alone: it would run with the scope of a request that ended long ago.
 */
final class CancelScopeTaskDecorator implements TaskDecorator {

	@Override
	public Runnable decorate(Runnable task) {
		if (task instanceof RunnableScheduledFuture || task instanceof CarryingTask) {
			return task;
		}
		return (CancelScope.current() instanceof OpenScope scope) ? new CarryingTask(scope.wrap(task)) : task;
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
