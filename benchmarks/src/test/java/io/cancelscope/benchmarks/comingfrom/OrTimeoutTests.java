package io.cancelscope.benchmarks.comingfrom;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Coming from {@code CompletableFuture.orTimeout}.
 */
@Timeout(60)
class OrTimeoutTests {

	private final Warehouse warehouse = new Warehouse();

	private final ExecutorService pool = Executors.newCachedThreadPool();

	@AfterEach
	void shutDown() {
		this.pool.shutdownNow();
	}

	// tag::before[]
	CompletableFuture<Integer> stockOrTimeout(String article) {
		return CompletableFuture.supplyAsync(() -> blocking(article), this.pool).orTimeout(300, TimeUnit.MILLISECONDS);
	}
	// end::before[]

	// tag::after[]
	private static final ScopeOptions STOCK = ScopeOptions.named("stock").withTimeout(Duration.ofMillis(300));

	private static final ScopeOptions ASK = ScopeOptions.named("ask").interrupt();

	private final CancelScopes scopes = CancelScopes.create();

	CompletableFuture<Integer> stock(String article) {
		ExecutorService propagating = this.scopes.propagating(this.pool);
		return this.scopes.callAsync(STOCK, (scope) -> CompletableFuture
			.supplyAsync(() -> this.scopes.call(ASK, (inner) -> blocking(article)), propagating));
	}
	// end::after[]

	private int blocking(String article) {
		try {
			return this.warehouse.stock(article);
		}
		catch (InterruptedException ex) {
			throw new CompletionException(ex);
		}
	}

	@Test
	void orTimeoutLeavesTheWorkRunning() throws InterruptedException {
		CompletableFuture<Integer> stock = stockOrTimeout("chair");

		assertThatExceptionOfType(ExecutionException.class).isThrownBy(stock::get)
			.withCauseInstanceOf(TimeoutException.class);
		assertThat(this.warehouse.isBusy()).isTrue();
		this.warehouse.answer(3);
		assertThat(this.warehouse.isLeft()).isTrue();
	}

	@Test
	void scopeStopsTheWork() throws InterruptedException {
		CompletableFuture<Integer> stock = stock("chair");

		assertThatExceptionOfType(ExecutionException.class).isThrownBy(stock::get)
			.withCauseInstanceOf(DeadlineExceededException.class);
		assertThat(this.warehouse.isLeft()).isTrue();
	}

	@Test
	void bothReturnWhatComesInTime() throws Exception {
		this.warehouse.answer(3);
		this.warehouse.answer(4);

		assertThat(stockOrTimeout("chair").get()).isEqualTo(3);
		assertThat(stock("chair").get()).isEqualTo(4);
	}

}
