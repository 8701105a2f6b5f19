package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Timeout;

import org.springframework.context.ApplicationContext;

/**
 * Failsafe's {@code Timeout} with its option to interrupt.
 */
final class FailsafeTimeout implements Rival {

	private ExecutorService threads;

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		try {
			return failsafe(budget).get(work::call);
		}
		catch (FailsafeException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

	private FailsafeExecutor<Object> failsafe(Duration budget) {
		return Failsafe.with(Timeout.builder(budget).withInterrupt().build()).with(this.threads);
	}

	@Override
	public boolean canLeave() {
		return true;
	}

	@Override
	public <T> T leaving(String name, Duration budget, Callable<T> work) throws Exception {
		CompletableFuture<T> future = failsafe(budget).getAsync(work::call);
		try {
			return future.get();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		FailsafeExecutor<Object> failsafe = failsafe(budget);
		CompletableFuture
			.allOf(tasks.stream().map((task) -> failsafe.getAsync(task::call)).toArray(CompletableFuture<?>[]::new))
			.get();
	}

}
