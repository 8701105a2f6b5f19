package io.cancelscope.demo.problem;

import io.cancelscope.CancelReason;
import io.cancelscope.ScopeCancelledException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Turns every exception that leaves a controller into a problem detail.
 */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

	private static final Log log = LogFactory.getLog(ProblemAdvice.class);

	/** A scope that nobody moved on from: out of time is 504, stopped otherwise 503. */
	@ExceptionHandler
	ProblemDetail stopped(ScopeCancelledException ex) {
		boolean deadline = ex.reason().kind() == CancelReason.Kind.DEADLINE;
		ProblemDetail problem = ProblemDetail
			.forStatus(deadline ? HttpStatus.GATEWAY_TIMEOUT : HttpStatus.SERVICE_UNAVAILABLE);
		problem.setTitle(deadline ? "Out of time" : "Stopped");
		problem.setDetail(ex.getMessage());
		problem.setProperty("scope", ex.scope());
		problem.setProperty("origin", ex.reason().origin());
		return problem;
	}

	/** What nobody thought of: the log has the stack trace, the answer doesn't. */
	@ExceptionHandler
	ProblemDetail unexpected(Exception ex) {
		log.error("No answer for a request", ex);
		ProblemDetail problem = ProblemDetail.forStatus(HttpStatus.INTERNAL_SERVER_ERROR);
		problem.setDetail("Something went wrong here; the server's log says what.");
		return problem;
	}

}
