package io.cancelscope.benchmarks.comingfrom;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.github.resilience4j.timelimiter.TimeLimiter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Coming from Resilience4j's TimeLimiter.
 */
@Timeout(60)
class ResilienceTimeLimiterTests {

	private final Warehouse warehouse = new Warehouse();

	private final ExecutorService pool = Executors.newCachedThreadPool();

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	@AfterEach
	void shutDown() {
		this.pool.shutdownNow();
		this.scheduler.shutdownNow();
	}

	// tag::before[]
	private final TimeLimiter limiter = TimeLimiter.of(Duration.ofMillis(300));

	int stockWithinLimit(String article) throws Exception {
		return this.limiter.executeFutureSupplier(() -> this.pool.submit(() -> this.warehouse.stock(article)));
	}
	// end::before[]

	// tag::stage[]
	CompletableFuture<Integer> stockLater(String article) {
		return this.limiter
			.executeCompletionStage(this.scheduler,
					() -> CompletableFuture.supplyAsync(() -> blocking(article), this.pool))
			.toCompletableFuture();
	}
	// end::stage[]

	private int blocking(String article) {
		try {
			return this.warehouse.stock(article);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return 0;
		}
	}

	// tag::after[]
	private static final ScopeOptions STOCK = ScopeOptions.named("stock")
		.withTimeout(Duration.ofMillis(300))
		.interrupt();

	private final CancelScopes scopes = CancelScopes.create();

	int stock(String article) throws InterruptedException {
		return this.scopes.call(STOCK, (scope) -> this.warehouse.stock(article));
	}
	// end::after[]

	@Test
	void limiterStopsATaskOfAPool() throws Exception {
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> stockWithinLimit("chair"));
		assertThat(this.warehouse.isLeft()).isTrue();
	}

	@Test
	void limiterOfAStageLeavesTheWorkRunning() throws InterruptedException {
		CompletableFuture<Integer> stock = stockLater("chair");

		assertThatExceptionOfType(Exception.class).isThrownBy(stock::get).withCauseInstanceOf(TimeoutException.class);
		assertThat(this.warehouse.isBusy()).isTrue();
		this.warehouse.answer(3);
		assertThat(this.warehouse.isLeft()).isTrue();
	}

	@Test
	void scopeStopsTheCallOnTheCallersThread() throws InterruptedException {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> stock("chair"))
			.withMessageContaining("scope 'stock' (300ms) exceeded its deadline");
		assertThat(this.warehouse.isBusy()).isFalse();
	}

	@Test
	void bothReturnWhatComesInTime() throws Exception {
		this.warehouse.answer(3);
		this.warehouse.answer(4);

		assertThat(stockWithinLimit("chair")).isEqualTo(3);
		assertThat(stock("chair")).isEqualTo(4);
	}

}
