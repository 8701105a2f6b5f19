package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.grpc.Context;
import io.grpc.Contexts;

import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.task.TaskDecorator;

/**
 * gRPC's {@link Context} with a deadline, used by hand and without a call: code inside
 * asks whether it is cancelled, and tasks are wrapped.
 */
final class GrpcContext implements Rival {

	private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

	private ExecutorService threads;

	@Override
	public void addBeans(GenericApplicationContext beans) {
		beans.registerBean("grpcContextTaskDecorator", TaskDecorator.class,
				() -> (task) -> Context.current().wrap(task));
	}

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		try (Context.CancellableContext context = open(budget)) {
			return context.call(work);
		}
	}

	private Context.CancellableContext open(Duration budget) {
		return Context.current().withDeadlineAfter(budget.toNanos(), TimeUnit.NANOSECONDS, this.timer);
	}

	/** It runs on the caller's thread. */
	@Override
	public boolean canLeave() {
		return false;
	}

	@Override
	public void check() {
		Context context = Context.current();
		if (context.isCancelled()) {
			throw Contexts.statusFromCancelled(context).asRuntimeException();
		}
	}

	/** Who fails cancels the context for the others. */
	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		try (Context.CancellableContext context = open(budget)) {
			Futures.all(tasks.stream().map((task) -> context.wrap(cancelling(context, task))).toList(), this.threads)
				.get();
		}
	}

	private static Callable<Void> cancelling(Context.CancellableContext context, Callable<Void> task) {
		return () -> {
			try {
				return task.call();
			}
			catch (Exception ex) {
				context.cancel(ex);
				throw ex;
			}
		};
	}

}
