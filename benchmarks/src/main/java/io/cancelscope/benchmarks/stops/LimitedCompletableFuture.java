package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;

import org.springframework.context.ApplicationContext;

/**
 * Resilience4j's {@code TimeLimiter} over a {@code CompletableFuture}, as its
 * documentation shows it and as its annotation requires it. It cancels the future, which
 * stops nothing.
 */
final class LimitedCompletableFuture implements Rival {

	private ExecutorService threads;

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		return limiter(name, budget).executeFutureSupplier(() -> Futures.supply(work, this.threads));
	}

	static TimeLimiter limiter(String name, Duration budget) {
		return TimeLimiter.of(name,
				TimeLimiterConfig.custom().timeoutDuration(budget).cancelRunningFuture(true).build());
	}

	@Override
	public boolean canLeave() {
		return true;
	}

	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		limiter(name, budget).executeFutureSupplier(() -> Futures.all(tasks, this.threads));
	}

}
