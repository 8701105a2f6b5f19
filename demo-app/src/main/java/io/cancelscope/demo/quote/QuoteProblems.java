package io.cancelscope.demo.quote;

import java.util.List;

import io.cancelscope.CancelReason;
import io.cancelscope.demo.problem.Problems;

import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

/**
 * Says why there are no quotes.
 */
final class QuoteProblems {

	private QuoteProblems() {
	}

	/** Everybody was asked in time, and everybody failed. */
	static ErrorResponseException nobodyCould(List<SupplierReport> suppliers) {
		return with(suppliers, Problems.of(HttpStatus.BAD_GATEWAY, "No supplier could answer",
				"All " + suppliers.size() + " suppliers were asked, and all failed; each says why below."));
	}

	/** The scope of the request was cancelled. */
	static ErrorResponseException stopped(QuoteRequest request, CancelReason reason, long elapsedMillis,
			List<SupplierReport> suppliers) {
		ErrorResponseException problem = with(suppliers, stopped(request, reason, suppliers));
		problem.getBody().setProperty("scope", QuoteService.NAME);
		problem.getBody().setProperty("origin", reason.origin());
		problem.getBody().setProperty("budget", Budget.format(request.budget()));
		problem.getBody().setProperty("elapsed", elapsedMillis + "ms");
		return problem;
	}

	private static ErrorResponseException stopped(QuoteRequest request, CancelReason reason,
			List<SupplierReport> suppliers) {
		if (reason.cause() instanceof SupplierFailedException failure) {
			return Problems.of(HttpStatus.BAD_GATEWAY, "Not all suppliers could answer",
					"All or nothing was asked for, and " + failure.supplier() + " failed: it " + failure.why()
							+ ". The others were stopped.");
		}
		if (reason.kind() != CancelReason.Kind.DEADLINE) {
			return Problems.of(HttpStatus.SERVICE_UNAVAILABLE, "Stopped", reason.message());
		}
		long answered = suppliers.stream().filter(SupplierReport::isAnswered).count();
		return Problems.of(HttpStatus.GATEWAY_TIMEOUT, "Out of budget",
				((answered == 0) ? "No supplier" : answered + " of " + suppliers.size() + " suppliers")
						+ " answered within the budget of " + Budget.format(request.budget())
						+ ((answered == 0) ? "." : ", and all or nothing was asked for."));
	}

	private static ErrorResponseException with(List<SupplierReport> suppliers, ErrorResponseException problem) {
		problem.getBody().setProperty("suppliers", suppliers);
		return problem;
	}

}
