package io.cancelscope.spring.web;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;

/**
 * The last filter: reports that a request has reached its servlet. From then on answers
 * are those of the application.
 */
class ServletReachedFilter implements Filter {

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		FilterAnswers answers = FilterAnswers.of(request);
		if (answers != null && response instanceof HttpServletResponse http) {
			answers.servletReached(http.getHeader(HttpHeaders.CONTENT_ENCODING));
		}
		chain.doFilter(request, response);
	}

}
