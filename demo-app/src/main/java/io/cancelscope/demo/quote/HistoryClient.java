package io.cancelscope.demo.quote;

import java.math.BigDecimal;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.demo.history.FareHistory;
import io.cancelscope.spring.CancelScoped;

import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Component;

/**
 * Asks the database what such a trip usually costs, on a thread of the pool.
 */
@Component
class HistoryClient {

	static final String NAME = "usual price";

	private final FareHistory history;

	HistoryClient(FareHistory history) {
		this.history = history;
	}

	/** Runs in a scope below the caller's: the query stops with it. */
	@Async
	@CancelScoped(name = "history", cancelOnException = false)
	public CompletableFuture<BigDecimal> usualPrice(QuoteRequest request) {
		try {
			return CompletableFuture.completedFuture(this.history.usualPrice(request.from(), request.history()));
		}
		catch (DataAccessException ex) {
			throw new SupplierFailedException(NAME, "can't be found: the query failed", ex);
		}
	}

}
