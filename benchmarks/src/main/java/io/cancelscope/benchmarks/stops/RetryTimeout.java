package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

import org.springframework.context.ApplicationContext;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;

/**
 * The timeout of Spring Framework's retries, which is that of
 * {@code @Retryable(timeout)}. It is looked at between two attempts.
 */
final class RetryTimeout implements Rival {

	private ExecutorService threads;

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		try {
			return new RetryTemplate(RetryPolicy.builder().timeout(budget).build()).execute(work::call);
		}
		catch (RetryException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

	/** It runs on the caller's thread. */
	@Override
	public boolean canLeave() {
		return false;
	}

	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		within(name, budget, () -> Futures.all(tasks, this.threads).get());
	}

}
