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

	static HttpStatus statusOf(CancelReason.Kind kind) {
		return (kind == CancelReason.Kind.DEADLINE) ? HttpStatus.GATEWAY_TIMEOUT : HttpStatus.SERVICE_UNAVAILABLE;
	}

	/**
	 * Creates the problem detail.
	 * @param cancellation what ended the request
	 * @param kind the kind of the reason, as the caller sees it
	 * @param showScopes whether it contains the name and the budget of the scope
	 */
	static ProblemDetail of(ScopeCancelledException cancellation, CancelReason.Kind kind, boolean showScopes) {
		String subject = showScopes ? subject(cancellation) : "The request";
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(statusOf(kind), detail(subject, kind));
		problem.setProperty("kind", kind.name());
		if (showScopes) {
			problem.setProperty("scope", cancellation.reason().origin());
			cancellation.budget().ifPresent((budget) -> problem.setProperty("budget", Durations.format(budget)));
		}
		return problem;
	}

	private static String subject(ScopeCancelledException cancellation) {
		String budget = cancellation.budget().map((known) -> " (" + Durations.format(known) + ")").orElse("");
		return "scope '" + cancellation.reason().origin() + "'" + budget;
	}

	private static String detail(String subject, CancelReason.Kind kind) {
		return switch (kind) {
			case DEADLINE -> subject + " exceeded its deadline";
			case REQUESTED, DISCONNECTED -> subject + " was cancelled";
			case FAILED, MISNESTED -> subject + " was cancelled because of a failure";
			case SHUTDOWN -> "The application is shutting down";
		};
	}

}
