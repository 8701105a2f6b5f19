package io.cancelscope.spring.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;

/**
 * A request that goes on asynchronously with a response that can be closed. Otherwise
 * {@code startAsync()} would hand out the container's own one, past all wrappers.
 */
class GatedRequest extends HttpServletRequestWrapper {

	private final HttpServletRequest request;

	private final HttpServletResponse response;

	GatedRequest(HttpServletRequest request, GatedResponse response) {
		super(request);
		this.request = request;
		this.response = response;
	}

	@Override
	public AsyncContext startAsync() {
		return this.request.startAsync(this.request, this.response);
	}

}
