package io.cancelscope.demo.quote;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.demo.audit.AuditEntry;
import io.cancelscope.demo.supplier.Fare;
import org.jspecify.annotations.Nullable;

import org.springframework.web.ErrorResponseException;

/**
 * One request being worked on: the questions that are out, and what has come of them.
 * Used by the thread of the request alone.
 */
final class Inquiry {

	private static final int BEST = 5;

	private static final Duration TO_STOP = Duration.ofMillis(100);

	private final QuoteRequest request;

	private final long started = System.nanoTime();

	private final CompletableFuture<BigDecimal> usualPrice = new CompletableFuture<>();

	private List<SupplierCall> calls = List.of();

	private List<SupplierReport> reports = List.of();

	private @Nullable SupplierCall history;

	private @Nullable SupplierReport historyReport;

	Inquiry(QuoteRequest request) {
		this.request = request;
	}

	/** Asks all of them, and the history, and waits for none. */
	void ask(List<String> suppliers, SupplierClient client, HistoryClient history) {
		this.calls = suppliers.stream()
			.map((name) -> SupplierCall.start(name, this.started, () -> client.fares(name, this.request)))
			.toList();
		this.history = SupplierCall.start(HistoryClient.NAME, this.started,
				() -> history.usualPrice(this.request).thenApply(this::found));
	}

	private List<Fare> found(BigDecimal price) {
		this.usualPrice.complete(price);
		return List.of();
	}

	/**
	 * Waits until all have answered or the scope is cancelled, whichever is first. What
	 * is under way then is stopped, which takes some milliseconds; we wait for that so
	 * that the answer can tell, but not for ever.
	 */
	void awaitAnswers(CancelScope scope) {
		CompletableFuture<?> all = CompletableFuture
			.allOf(Stream.concat(this.calls.stream(), Stream.ofNullable(this.history))
				.map(SupplierCall::end)
				.toArray(CompletableFuture<?>[]::new));
		CompletableFuture<Stop> stopped = new CompletableFuture<>();
		long deadline = this.started + this.request.budget().toNanos();
		CancelScope.Registration registration = scope.onCancel((reason) -> stopped.complete(Stop.of(reason, deadline)));
		CompletableFuture.anyOf(all, stopped).join();
		registration.close();
		// The suppliers may be back, stopped, before the callback above has run.
		Stop stop = stopped.getNow(scope.reason().map((reason) -> Stop.of(reason, deadline)).orElse(null));
		if (stop != null) {
			all.copy().completeOnTimeout(null, TO_STOP.toMillis(), TimeUnit.MILLISECONDS).join();
		}
		this.reports = this.calls.stream().map((call) -> call.reportNow(stop)).toList();
		this.historyReport = (this.history != null) ? this.history.reportNow(stop) : null;
	}

	/** The answer when nobody had to be stopped. */
	QuoteAnswer allThere() {
		if (answered() == 0) {
			throw QuoteProblems.nobodyCould(this.reports);
		}
		return answer();
	}

	/** The answer when the time was out, if there is any. */
	QuoteAnswer whatCame(CancelReason reason) {
		if (answered() == 0) {
			throw stopped(reason);
		}
		return answer();
	}

	/** What to throw when the time was out, or somebody failed, and no part will do. */
	ErrorResponseException stopped(CancelReason reason) {
		return QuoteProblems.stopped(this.request, reason, elapsedMillis(), this.reports);
	}

	AuditEntry auditEntry(CancelScope scope) {
		String outcome = answered() + " of " + this.calls.size() + " answered"
				+ scope.reason().map((reason) -> "; stopped: " + why(reason)).orElse("");
		return new AuditEntry(OffsetDateTime.now(), this.request.from() + "-" + this.request.to(),
				this.request.mode().toString(), this.request.budget().toMillis(), elapsedMillis(), scope.isCancelled(),
				outcome);
	}

	private static String why(CancelReason reason) {
		return (reason.cause() instanceof SupplierFailedException failure) ? failure.supplier() + " " + failure.why()
				: reason.message();
	}

	private QuoteAnswer answer() {
		List<Fare> best = this.reports.stream()
			.flatMap((report) -> report.fares().stream())
			.sorted(Comparator.comparing(Fare::price))
			.limit(BEST)
			.toList();
		return new QuoteAnswer(this.request.from(), this.request.to(), this.request.mode().toString(),
				Budget.format(this.request.budget()), elapsedMillis() + "ms", answered() == this.reports.size(), best,
				this.reports, this.usualPrice.getNow(null), this.historyReport);
	}

	private long answered() {
		return this.reports.stream().filter(SupplierReport::isAnswered).count();
	}

	private long elapsedMillis() {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.started);
	}

}
