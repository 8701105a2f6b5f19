package io.cancelscope.benchmarks.stops;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

import org.springframework.scheduling.annotation.Async;

/**
 * Work on threads of Spring Boot's executor.
 */
class Children {

	@Async
	public CompletableFuture<Void> run(Callable<Void> work) {
		try {
			return CompletableFuture.completedFuture(work.call());
		}
		catch (Exception ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

}
