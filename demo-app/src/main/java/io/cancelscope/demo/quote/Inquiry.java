package io.cancelscope.demo.quote;

import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.demo.audit.AuditEntry;
import io.cancelscope.demo.supplier.Fare;

import org.springframework.web.ErrorResponseException;

/**
 * One request being worked on: the questions that are out, and what has come of them.
 * Used by the thread of the request alone.
 */
final class Inquiry {

	private static final int BEST = 5;

	private final QuoteRequest request;

	private final long started = System.nanoTime();

	private List<SupplierCall> calls = List.of();

	private List<SupplierReport> reports = List.of();

	Inquiry(QuoteRequest request) {
		this.request = request;
	}

	/** Asks all of them, and waits for none. */
	void ask(List<String> suppliers, SupplierClient client) {
		this.calls = suppliers.stream()
			.map((supplier) -> SupplierCall.start(supplier, this.started, client, this.request))
			.toList();
	}

	/**
	 * Waits until all have answered or the scope is cancelled, whichever is first. A
	 * supplier that is still being asked then goes on in the background; nobody waits.
	 */
	void awaitAnswers(CancelScope scope) {
		CompletableFuture<?> all = CompletableFuture
			.allOf(this.calls.stream().map(SupplierCall::end).toArray(CompletableFuture<?>[]::new));
		CompletableFuture<CancelReason> cancelled = new CompletableFuture<>();
		CancelScope.Registration registration = scope.onCancel(cancelled::complete);
		CompletableFuture.anyOf(all, cancelled).join();
		registration.close();
		CancelReason reason = cancelled.getNow(null);
		this.reports = this.calls.stream().map((call) -> call.reportNow(reason)).toList();
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
				this.reports);
	}

	private long answered() {
		return this.reports.stream().filter(SupplierReport::isAnswered).count();
	}

	private long elapsedMillis() {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.started);
	}

}
