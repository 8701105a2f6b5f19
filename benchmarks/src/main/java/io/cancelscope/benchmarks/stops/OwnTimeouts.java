package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.context.ApplicationContext;

/**
 * The timeouts that are there without another library: a read timeout for HTTP calls,
 * those of statements and transactions, which take whole seconds, one for each wait for a
 * {@link Future}, and {@code invokeAll} with a timeout.
 */
final class OwnTimeouts implements Rival {

	private ExecutorService threads;

	@Override
	public Map<String, Object> properties() {
		return Map.of("spring.http.clients.connect-timeout", Work.BUDGET, "spring.http.clients.read-timeout",
				Work.BUDGET, "spring.jdbc.template.query-timeout", "1s", "spring.transaction.default-timeout", "1s");
	}

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	public HttpClientSettings http() {
		return HttpClientSettings.defaults().withTimeouts(Work.BUDGET, Work.BUDGET);
	}

	/** There is no timeout for just any work. */
	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		return work.call();
	}

	@Override
	public boolean canLeave() {
		return true;
	}

	@Override
	public <T> T leaving(String name, Duration budget, Callable<T> work) throws Exception {
		return this.threads.submit(work).get(budget.toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void await(Future<?> future) throws Exception {
		future.get(Work.BUDGET.toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		for (Future<Void> ended : this.threads.invokeAll(tasks, budget.toNanos(), TimeUnit.NANOSECONDS)) {
			ended.get();
		}
	}

}
