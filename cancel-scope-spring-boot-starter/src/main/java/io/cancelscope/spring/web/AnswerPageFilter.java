package io.cancelscope.spring.web;

import java.io.IOException;

import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/**
 * Is around the error page of a cancelled request. The page is no part of the request's
 * scope, which is over. Filters may refuse the page to the caller, because nobody is
 * logged in, for example; the caller then gets a plain page instead of a redirect.
 */
class AnswerPageFilter implements Filter {

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		RequestScope scope = (RequestScope) request.getAttribute(RequestScope.ATTRIBUTE);
		ResponseGate gate = ResponseGate.of(request);
		ResponseEntity<ProblemDetail> answer = AnswerPage.answerIn(request);
		request.removeAttribute(RequestScope.ATTRIBUTE);
		if (scope == null || gate == null || answer == null || !(request instanceof HttpServletRequest httpRequest)
				|| !(response instanceof HttpServletResponse httpResponse)) {
			chain.doFilter(request, response);
			return;
		}
		FilterAnswers answers = new FilterAnswers(request, scope);
		answers.storeIn(request);
		GatedResponse gated = new GatedResponse(httpResponse, gate, answers);
		AnswerPage.setHeaders(httpResponse, answer);
		gate.lend();
		try {
			if (isRefused(httpRequest, gated, chain, answers)) {
				answers.chainEnded();
				AnswerPage.writePlain(httpRequest, gated, answer);
			}
		}
		finally {
			gate.giveBack();
		}
	}

	private static boolean isRefused(HttpServletRequest request, GatedResponse response, FilterChain chain,
			FilterAnswers answers) throws IOException, ServletException {
		try {
			chain.doFilter(request, response);
		}
		catch (IOException | ServletException | RuntimeException ex) {
			if (!answers.isRefused()) {
				throw ex;
			}
		}
		return answers.isRefused();
	}

}
