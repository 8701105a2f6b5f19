package io.cancelscope.demo.problem;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * Makes the exceptions that become problem details.
 */
public final class Problems {

	private static final int LONGEST_ECHO = 60;

	private Problems() {
	}

	/** For a request that can't be understood; the detail says what would be right. */
	public static ErrorResponseException badRequest(String title, String detail) {
		return of(HttpStatus.BAD_REQUEST, title, detail);
	}

	/** For something the request names that isn't there; the detail says what is. */
	public static ErrorResponseException notFound(String title, String detail) {
		return of(HttpStatus.NOT_FOUND, title, detail);
	}

	/** For everything else. */
	public static ErrorResponseException of(HttpStatus status, String title, String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		problem.setTitle(title);
		return new ErrorResponseException(status, problem, null);
	}

	/** Quotes what came with a request, cut to a size that people read. */
	public static String quote(String value) {
		return "'" + ((value.length() > LONGEST_ECHO) ? value.substring(0, LONGEST_ECHO) + "…" : value) + "'";
	}

}
