package io.cancelscope.spring.request;

import io.cancelscope.CancelReason;
import io.cancelscope.Durations;
import io.cancelscope.ScopeCancelledException;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * The problem detail that answers a cancelled request. It describes one scope, the one
 * where the cancellation began. Texts of people and of exceptions are never part of it,
 * since anybody may read it.
 */
final class CancelledProblem {

	private CancelledProblem() {
	}

	static HttpStatus statusOf(CancelReason reason) {
		return (reason.kind() == CancelReason.Kind.DEADLINE) ? HttpStatus.GATEWAY_TIMEOUT
				: HttpStatus.SERVICE_UNAVAILABLE;
	}

	/**
	 * Creates the problem detail.
	 * @param cancellation what ended the request
	 * @param showScopes whether it contains the name and the budget of the scope
	 */
	static ProblemDetail of(ScopeCancelledException cancellation, boolean showScopes) {
		CancelReason reason = cancellation.reason();
		String subject = showScopes ? subject(cancellation) : "The request";
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(statusOf(reason), detail(subject, reason));
		problem.setProperty("kind", reason.kind().name());
		if (showScopes) {
			problem.setProperty("scope", reason.origin());
			cancellation.budget().ifPresent((budget) -> problem.setProperty("budget", Durations.format(budget)));
		}
		return problem;
	}

	private static String subject(ScopeCancelledException cancellation) {
		String budget = cancellation.budget().map((known) -> " (" + Durations.format(known) + ")").orElse("");
		return "scope '" + cancellation.reason().origin() + "'" + budget;
	}

	private static String detail(String subject, CancelReason reason) {
		return switch (reason.kind()) {
			case DEADLINE -> subject + " exceeded its deadline";
			case REQUESTED, DISCONNECTED -> subject + " was cancelled";
			case FAILED, MISNESTED -> subject + " was cancelled because of a failure";
			case SHUTDOWN -> "The application is shutting down";
		};
	}

}
