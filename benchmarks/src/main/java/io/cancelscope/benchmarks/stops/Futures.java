package io.cancelscope.benchmarks.stops;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Work as a {@link CompletableFuture}.
 */
final class Futures {

	private Futures() {
	}

	static <T> CompletableFuture<T> supply(Callable<T> work, Executor threads) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return work.call();
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new CompletionException(ex);
			}
		}, threads);
	}

	static CompletableFuture<Void> all(List<Callable<Void>> tasks, Executor threads) {
		return CompletableFuture
			.allOf(tasks.stream().map((task) -> supply(task, threads)).toArray(CompletableFuture<?>[]::new));
	}

}
