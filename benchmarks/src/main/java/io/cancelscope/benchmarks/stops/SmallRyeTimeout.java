package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;

import io.smallrye.faulttolerance.api.TypedGuard;
import jakarta.enterprise.util.TypeLiteral;

import org.springframework.context.ApplicationContext;

/**
 * SmallRye Fault Tolerance by its programmatic API, without a container. Its timeout
 * interrupts. Guards are made once, as it asks for.
 */
final class SmallRyeTimeout implements Rival {

	private static final TypeLiteral<CompletionStage<Object>> STAGE = new Stage();

	private final Map<String, TypedGuard<Object>> guards = new ConcurrentHashMap<>();

	private final Map<String, TypedGuard<CompletionStage<Object>>> offloading = new ConcurrentHashMap<>();

	private ExecutorService threads;

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.threads = threads;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		TypedGuard<Object> guard = this.guards.computeIfAbsent(name + budget,
				(key) -> TypedGuard.create(Object.class)
					.withDescription(name)
					.withTimeout()
					.duration(budget.toMillis(), ChronoUnit.MILLIS)
					.done()
					.build());
		return (T) guard.call((Callable<Object>) work);
	}

	@Override
	public boolean canLeave() {
		return true;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> T leaving(String name, Duration budget, Callable<T> work) throws Exception {
		TypedGuard<CompletionStage<Object>> guard = this.offloading.computeIfAbsent(name + budget,
				(key) -> TypedGuard.create(STAGE)
					.withDescription(name)
					.withTimeout()
					.duration(budget.toMillis(), ChronoUnit.MILLIS)
					.done()
					.withThreadOffload(true)
					.withThreadOffloadExecutor(this.threads)
					.build());
		try {
			return (T) guard.call(() -> CompletableFuture.completedFuture(work.call())).toCompletableFuture().get();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		Futures
			.all(tasks.stream().<Callable<Void>>map((task) -> () -> within(name, budget, task)).toList(), this.threads)
			.get();
	}

	private static final class Stage extends TypeLiteral<CompletionStage<Object>> {

		private static final long serialVersionUID = 1L;

	}

}
