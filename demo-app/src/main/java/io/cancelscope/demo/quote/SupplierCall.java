package io.cancelscope.demo.quote;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.demo.supplier.Fare;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.TaskRejectedException;

/**
 * A question to one supplier that is on its way.
 */
final class SupplierCall {

	private final String supplier;

	private final long started;

	/** Never fails: that the supplier did is a report too. */
	private final CompletableFuture<SupplierReport> report;

	private SupplierCall(String supplier, long started, CompletableFuture<List<Fare>> fares) {
		this.supplier = supplier;
		this.started = started;
		this.report = fares.handle(this::report);
	}

	/** Asks a supplier, as part of a request that started at a certain instant. */
	static SupplierCall start(String supplier, long started, SupplierClient client, QuoteRequest request) {
		try {
			return new SupplierCall(supplier, started, client.fares(supplier, request));
		}
		catch (TaskRejectedException ex) {
			return new SupplierCall(supplier, started, CompletableFuture
				.failedFuture(new SupplierFailedException(supplier, "wasn't asked: no thread is free", ex)));
		}
	}

	CompletableFuture<SupplierReport> end() {
		return this.report;
	}

	/** Returns what has become of it by now. */
	SupplierReport reportNow(@Nullable CancelReason reason) {
		SupplierReport running = SupplierReport.stopped(this.supplier, millis());
		if (reason != null && reason.cause() instanceof SupplierFailedException failure
				&& failure.supplier().equals(this.supplier)) {
			// Its failure may have stopped us before it has reached its own future.
			running = SupplierReport.failed(this.supplier, millis(), failure.why());
		}
		return this.report.getNow(running);
	}

	private SupplierReport report(@Nullable List<Fare> fares, @Nullable Throwable failure) {
		if (fares != null) {
			return SupplierReport.answered(this.supplier, millis(), fares);
		}
		if (ScopeCancelledException.findIn(failure) != null) {
			return SupplierReport.stopped(this.supplier, millis());
		}
		for (Throwable at = failure; at != null; at = at.getCause()) {
			if (at instanceof SupplierFailedException ours) {
				return SupplierReport.failed(this.supplier, millis(), ours.why());
			}
		}
		return SupplierReport.failed(this.supplier, millis(), "couldn't be asked: " + failure);
	}

	private long millis() {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.started);
	}

}
