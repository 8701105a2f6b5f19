package io.cancelscope.spring.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.util.HtmlUtils;

/**
 * Answers a cancelled request with the error page of the application. The container
 * renders it when all filters have been left, in an error dispatch, so it runs outside of
 * the scope.
 */
final class AnswerPage {

	private static final String ATTRIBUTE = AnswerPage.class.getName();

	private AnswerPage() {
	}

	/** The response is open to the current thread alone, and has not been begun. */
	static void send(HttpServletRequest request, HttpServletResponse response, ResponseEntity<ProblemDetail> answer)
			throws IOException {
		request.setAttribute(ATTRIBUTE, answer);
		response.setHeader(HttpHeaders.CONTENT_ENCODING, null);
		setHeaders(response, answer);
		response.sendError(answer.getStatusCode().value());
	}

	/** Returns what the error page is about, if that is a cancelled request. */
	@SuppressWarnings("unchecked")
	static @Nullable ResponseEntity<ProblemDetail> answerIn(ServletRequest request) {
		return (ResponseEntity<ProblemDetail>) request.getAttribute(ATTRIBUTE);
	}

	/** Jetty removes some of them when it begins an error dispatch. */
	static void setHeaders(HttpServletResponse response, ResponseEntity<ProblemDetail> answer) {
		answer.getHeaders().forEach((name, values) -> response.setHeader(name, values.get(0)));
	}

	/** For an application that lets the caller not see its error page. */
	static void writePlain(HttpServletRequest request, HttpServletResponse response,
			ResponseEntity<ProblemDetail> answer) throws IOException {
		if (response.isCommitted()) {
			return;
		}
		CancelledAnswer.clear(request, response);
		response.setStatus(answer.getStatusCode().value());
		setHeaders(response, answer);
		byte[] page = plain(answer).getBytes(StandardCharsets.UTF_8);
		response.setContentType(MediaType.TEXT_HTML_VALUE + ";charset=UTF-8");
		response.setContentLength(page.length);
		response.getOutputStream().write(page);
		response.flushBuffer();
	}

	private static String plain(ResponseEntity<ProblemDetail> answer) {
		HttpStatus status = HttpStatus.valueOf(answer.getStatusCode().value());
		ProblemDetail problem = answer.getBody();
		String detail = (problem != null && problem.getDetail() != null) ? problem.getDetail() : "";
		return "<!DOCTYPE html>\n<html lang=\"en\"><head><title>" + status.getReasonPhrase()
				+ "</title></head><body><h1>" + status.getReasonPhrase() + "</h1><p>" + HtmlUtils.htmlEscape(detail)
				+ "</p></body></html>\n";
	}

}
