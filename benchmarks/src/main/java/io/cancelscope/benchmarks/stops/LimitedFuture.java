package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

import org.springframework.context.ApplicationContext;

/**
 * Resilience4j's {@code TimeLimiter} over the {@link Future} of a pool, whose thread is
 * interrupted when the future is cancelled.
 */
final class LimitedFuture implements Rival {

	private ExecutorService threads;

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		return LimitedCompletableFuture.limiter(name, budget).executeFutureSupplier(() -> this.threads.submit(work));
	}

	@Override
	public boolean canLeave() {
		return true;
	}

	/** An interrupt ends {@code invokeAll}, which then interrupts the tasks. */
	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		within(name, budget, () -> {
			for (Future<Void> ended : this.threads.invokeAll(tasks)) {
				ended.get();
			}
			return null;
		});
	}

}
