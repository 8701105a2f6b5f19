package io.cancelscope.benchmarks.load;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import org.jspecify.annotations.Nullable;

/**
 * Runs errands side by side, and waits for all of them as long as the budget lasts.
 */
interface FanOut {

	void run(List<Callable<@Nullable Void>> errands) throws Exception;

	static FanOut of(Subject subject, Duration budget, ExecutorService threads, @Nullable CancelScopes scopes) {
		return switch (subject) {
			case CANCEL_SCOPE -> scoped(scopes.propagating((Executor) threads));
			case BOOT, SHORT_QUEUE -> (errands) -> all(errands, threads).get(budget.toNanos(), TimeUnit.NANOSECONDS);
			case INVOKE_ALL -> invokeAll(budget, threads);
			case TIME_LIMITER -> limited(
					TimeLimiter
						.of(TimeLimiterConfig.custom().timeoutDuration(budget).cancelRunningFuture(true).build()),
					threads);
		};
	}

	private static FanOut scoped(Executor carrying) {
		return (errands) -> CancelScope.current().await(all(errands, carrying)); // the
																					// request's
																					// budget
	}

	private static FanOut invokeAll(Duration budget, ExecutorService threads) {
		return (errands) -> {
			List<Future<@Nullable Void>> ended = threads.invokeAll(errands, budget.toNanos(), TimeUnit.NANOSECONDS);
			if (ended.stream().anyMatch(Future::isCancelled)) {
				throw new TimeoutException();
			}
		};
	}

	private static FanOut limited(TimeLimiter limiter, Executor threads) {
		return (errands) -> limiter.executeFutureSupplier(() -> all(errands, threads));
	}

	private static CompletableFuture<Void> all(List<Callable<@Nullable Void>> errands, Executor threads) {
		return CompletableFuture.allOf(errands.stream()
			.map((errand) -> CompletableFuture.runAsync(() -> call(errand), threads))
			.toArray(CompletableFuture<?>[]::new));
	}

	private static void call(Callable<@Nullable Void> errand) {
		try {
			errand.call();
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new CompletionException(ex);
		}
	}

}
