package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import org.springframework.context.ApplicationContext;

/**
 * The JDK's {@code CompletableFuture.orTimeout}.
 */
final class OrTimeout implements Rival {

	private ExecutorService threads;

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		return Futures.supply(work, this.threads).orTimeout(budget.toNanos(), TimeUnit.NANOSECONDS).get();
	}

	@Override
	public boolean canLeave() {
		return true;
	}

	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		Futures.all(tasks, this.threads).orTimeout(budget.toNanos(), TimeUnit.NANOSECONDS).get();
	}

}
