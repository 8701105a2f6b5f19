package io.cancelscope.demo.problem;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Turns the exceptions that leave a controller into problem details; those of cancelled
 * scopes the starter has answered before.
 */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

	private static final Log log = LogFactory.getLog(ProblemAdvice.class);

	/** What nobody thought of: the log has the stack trace, the answer doesn't. */
	@ExceptionHandler
	ProblemDetail unexpected(Exception ex) {
		log.error("No answer for a request", ex);
		ProblemDetail problem = ProblemDetail.forStatus(HttpStatus.INTERNAL_SERVER_ERROR);
		problem.setDetail("Something went wrong here; the server's log says what.");
		return problem;
	}

}
