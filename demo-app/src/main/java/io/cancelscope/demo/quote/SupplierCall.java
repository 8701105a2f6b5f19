package io.cancelscope.demo.quote;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.cancelscope.ScopeCancelledException;
import io.cancelscope.demo.supplier.Fare;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.TaskRejectedException;

/**
 * A question to one supplier, or to the history, that is on its way.
 */
final class SupplierCall {

	private final String supplier;

	private final long started;

	/** Never fails: that the supplier did is a result too. */
	private final CompletableFuture<End> end;

	private SupplierCall(String supplier, long started, CompletableFuture<List<Fare>> fares) {
		this.supplier = supplier;
		this.started = started;
		this.end = fares.handle((found, failure) -> new End(System.nanoTime(), found, failure));
	}

	/** Asks a supplier, as part of a request that started at a certain instant. */
	static SupplierCall start(String supplier, long started, Supplier<CompletableFuture<List<Fare>>> question) {
		try {
			return new SupplierCall(supplier, started, question.get());
		}
		catch (TaskRejectedException ex) {
			return new SupplierCall(supplier, started, CompletableFuture
				.failedFuture(new SupplierFailedException(supplier, "wasn't asked: no thread is free", ex)));
		}
	}

	CompletableFuture<?> end() {
		return this.end;
	}

	/** Returns what has become of it by now, in a request that may have been stopped. */
	SupplierReport reportNow(@Nullable Stop stop) {
		End end = this.end.getNow(null);
		SupplierFailedException failure = (stop != null) ? stop.failureOf(this.supplier) : null;
		if (stop != null && failure != null) {
			// Its failure may have stopped us before it has reached its own future.
			return SupplierReport.failed(this.supplier, millis((end != null) ? end.at : stop.at()), failure.why());
		}
		if (end == null) {
			return SupplierReport.stopped(this.supplier, millis(System.nanoTime()), "still running");
		}
		return report(end, stop);
	}

	private SupplierReport report(End end, @Nullable Stop stop) {
		if (end.fares != null) {
			return SupplierReport.answered(this.supplier, millis(end.at), end.fares);
		}
		ScopeCancelledException cancelled = ScopeCancelledException.findIn(end.failure);
		if (cancelled != null) {
			return SupplierReport.stopped(this.supplier, millis(end.at),
					(stop != null) ? stop.ago(end.at) : "alone: " + cancelled.reason().message());
		}
		for (Throwable at = end.failure; at != null; at = at.getCause()) {
			if (at instanceof SupplierFailedException ours) {
				return SupplierReport.failed(this.supplier, millis(end.at), ours.why());
			}
		}
		return SupplierReport.failed(this.supplier, millis(end.at), "couldn't be asked: " + end.failure);
	}

	private long millis(long instant) {
		return TimeUnit.NANOSECONDS.toMillis(instant - this.started);
	}

	/** How it ended, and when its thread was free again. */
	private record End(long at, @Nullable List<Fare> fares, @Nullable Throwable failure) {
	}

}
